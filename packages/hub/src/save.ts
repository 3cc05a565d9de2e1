// Model directories written: weights in one safetensors file or in shards with an index, as Hugging Face names them.
import type { LanguageModel } from '@twilljs/hybrid';
import { params } from '@twilljs/nn';
import { knownOnly, OptionError, shown, whole } from '@twilljs/tensor';
import { serializeConfig } from './config.ts';
import { listDirectory, makeDirectory, removeAbandoned } from './files.ts';
import { CONFIG, INDEX, WEIGHTS } from './folder.ts';
import { beyondFla, configOfModel, type ModelFiles } from './model.ts';
import { safetensorsParts } from './safetensors.ts';
import { StagedFiles } from './staged.ts';
import { bytesIn, type TensorSource } from './stored.ts';
import { storedOn } from './transfer.ts';

/** How weights are cut into files. */
export interface WriteOptions {
  /** Bytes of tensors in one file; a tensor that has more is a file of its own. Default: 5e9, as of Hugging Face. */
  readonly maxShardBytes?: number;
}

/** Options of `save`. */
export interface SaveOptions extends WriteOptions {
  /** What shall lie beside the weights, by name: what `load` found there. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
}

const SHARD = /^model-\d{5}-of-\d{5}\.safetensors$/;
const isOurs = (name: string): boolean => [CONFIG, WEIGHTS, INDEX].includes(name) || SHARD.test(name);

/**
 * Writes a model directory that FLA and Hugging Face Transformers load. All files are written beside the old ones and flushed, then take
 * their names, the index after the shards; what an older save left and no one reads any more is removed last.
 *
 * @param files whose tensors may still lie in that directory.
 * @throws FileError when the directory cannot be made or written; the old files are as they were then.
 */
export async function writeModelDirectory(path: string, files: ModelFiles, options: WriteOptions = {}): Promise<void> {
  knownOnly('writeModelDirectory', options, ['maxShardBytes']);
  const { config, tensors, files: others = new Map<string, Uint8Array>() } = files;
  const { maxShardBytes = 5e9 } = options;
  whole('maxShardBytes', maxShardBytes, 1);
  const shards = shardsOf(tensors, maxShardBytes);
  for (const name of others.keys()) {
    if (!isOurs(name) && !/[/\\]|^\.*$/.test(name)) continue;
    throw new OptionError(`${path}: ${shown(name)} is no name for a file beside the weights; choose another.`);
  }
  makeDirectory(path);
  using staged = new StagedFiles(path);
  const map: Record<string, string> = {};
  const written: string[] = [];
  for (const [i, shard] of shards.entries()) {
    const part = (n: number) => String(n).padStart(5, '0');
    const name = shards.length === 1 ? WEIGHTS : `model-${part(i + 1)}-of-${part(shards.length)}.safetensors`;
    written.push(name);
    for (const [key] of shard) map[key] = name;
    await staged.add(name, safetensorsParts(shard, { format: 'pt' }));
  }
  for (const [name, bytes] of others) await staged.add(name, [bytes]);
  await staged.add(CONFIG, [encoded(serializeConfig(config))]);
  if (shards.length > 1) {
    const total = [...tensors.values()].reduce((n, tensor) => n + bytesIn(tensor), 0);
    written.push(INDEX);
    await staged.add(INDEX, [encoded(serializeConfig({ metadata: { total_size: total }, weight_map: map }))]);
  }
  const isStale = (name: string) => name !== CONFIG && isOurs(name) && !written.includes(name);
  const there = listDirectory(path);
  const isMixed = written.includes(INDEX) && written.some((name) => name !== INDEX && there.includes(name));
  staged.commit(there.filter(isStale), isMixed ? INDEX : null);
  removeAbandoned(path, (name) => isOurs(name) || others.has(name));
}

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Tensors file by file: in their order, each file as full as it may be; one that is too large has a file of its own. */
function shardsOf(tensors: ReadonlyMap<string, TensorSource>, most: number): (readonly [string, TensorSource])[][] {
  const shards: (readonly [string, TensorSource])[][] = [];
  let open: (readonly [string, TensorSource])[] = [];
  let bytes = 0;
  for (const entry of tensors) {
    const more = bytesIn(entry[1]);
    if (more > most) {
      shards.push([entry]);
      continue;
    }
    if (bytes + more > most) {
      shards.push(open);
      [open, bytes] = [[], 0];
    }
    open.push(entry);
    bytes += more;
  }
  if (open.length > 0 || shards.length === 0) shards.push(open);
  return shards;
}

/**
 * Saves a model as FLA does: `config.json`, and `model.safetensors` or shards with an index. Weights leave the device in parts of 4 MiB.
 *
 * @returns What to know of the result, one line each: a model that FLA cannot load says so.
 * @throws FileError when the directory cannot be written.
 */
export async function save(path: string, model: LanguageModel, options: SaveOptions = {}): Promise<readonly string[]> {
  knownOnly('save', options, ['maxShardBytes', 'files']);
  const { files, ...how } = options;
  const config = configOfModel(model);
  await writeModelDirectory(path, { config, tensors: storedOn(params(model)), ...(files && { files }) }, how);
  const beyond = beyondFla(model);
  return beyond === null ? [] : [`${path}: ${beyond}`];
}
