// Models as Hugging Face lays them out, wherever the files are: config.json, weights in one safetensors file or in shards with an index,
// and what belongs to them.
import { FileError, shown } from '@twilljs/tensor';
import { brief } from './header.ts';
import { isObject, type JsonObject, kindOf, parsePythonObject } from './json.ts';
import type { ModelFiles } from './model.ts';
import { openSafetensors } from './open.ts';
import { type Folder, type Source, smallFile, textOf } from './sources/source.ts';
import type { DistantTensor } from './stored.ts';

export const CONFIG = 'config.json';
export const WEIGHTS = 'model.safetensors';
export const INDEX = 'model.safetensors.index.json';

/** Files that a model needs beside its weights; they go along where it is saved. */
const COMPANIONS: readonly string[] = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'tokenizer.model',
  'chat_template.jinja',
  'generation_config.json',
];

/**
 * Opens the model in a folder. The configuration is unchecked but for being an object; the bytes of the tensors stay where they are
 * until they are asked for.
 *
 * @throws FileError when the configuration or the weights are missing, damaged or contradict each other.
 */
export async function readModelFolder(folder: Folder): Promise<ModelFiles<DistantTensor>> {
  const config = await readConfig(folder);
  const tensors = await openWeights(folder);
  const found = await Promise.all(COMPANIONS.map((name) => folder.open(name)));
  const files = new Map<string, Uint8Array>();
  for (const [i, companion] of found.entries()) if (companion) files.set(COMPANIONS[i], await smallFile(companion));
  return { config, tensors, files };
}

/** @throws FileError when there is none, or it is no object. */
export async function readConfig(folder: Folder): Promise<JsonObject> {
  const source = await folder.open(CONFIG);
  if (!source) {
    const isAdapter = folder.names?.includes('adapter_config.json');
    const next = isAdapter ? 'load its model, and the adapter into that by loadAdapter' : 'name a model directory';
    throw new FileError(`${folder.name}: has no ${CONFIG}${holding(folder)}; ${next}.`);
  }
  return readJson(source);
}

const readJson = async (source: Source): Promise<JsonObject> => parsePythonObject(await textOf(source), source.name);

/** The text of a file in a folder; null where there is none. @throws FileError as `textOf`. */
export async function textIn(folder: Folder, name: string): Promise<string | null> {
  const source = await folder.open(name);
  return source && textOf(source);
}

/** Every tensor, by its name. Of the files only headers are read. @throws FileError as `readModelFolder`. */
export async function openWeights(folder: Folder): Promise<Map<string, DistantTensor>> {
  const weights = await folder.open(WEIGHTS);
  if (weights) return (await openSafetensors(weights)).tensors;
  const index = await folder.open(INDEX);
  if (index) return openShards(folder, index);
  const pickled = folder.names?.find((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
  if (pickled)
    throw new FileError(
      `${folder.name}: its weights are in ${pickled}, which is not read; convert them to ${WEIGHTS}.`,
    );
  throw new FileError(
    `${folder.name}: has no ${WEIGHTS} and no ${INDEX}${holding(folder)}; name a directory with weights.`,
  );
}

function holding({ names }: Folder): string {
  if (names === null) return '';
  return names.length === 0
    ? ', it is empty'
    : `, only ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', ...' : ''}`;
}

/** Every tensor from the shard that the index names for it. */
async function openShards(folder: Folder, index: Source): Promise<Map<string, DistantTensor>> {
  const { weight_map: map } = await readJson(index);
  if (!isObject(map))
    throw new FileError(
      `${index.name}: weight_map is ${kindOf(map)} where an object of file names is needed; write it again.`,
    );
  const tensors = new Map<string, DistantTensor>();
  for (const shard of new Set(Object.values(map))) {
    // A name with a separator in it could lead out of the folder.
    const source = typeof shard === 'string' && !/[/\\]|^\.*$/.test(shard) ? await folder.open(shard) : null;
    if (!source) {
      throw new FileError(
        `${index.name}: names the shard ${typeof shard === 'string' ? JSON.stringify(brief(shard)) : shown(shard)}, which is not in the directory; fetch it or write the index again.`,
      );
    }
    for (const [name, tensor] of (await openSafetensors(source)).tensors) {
      if (!Object.hasOwn(map, name) || map[name] !== shard) {
        const said = Object.hasOwn(map, name) ? `places it in ${shown(map[name], 120)}` : 'does not name it';
        throw new FileError(`${source.name}: holds ${brief(name)} but ${INDEX} ${said}; write the index again.`);
      }
      tensors.set(name, tensor);
    }
  }
  for (const [name, shard] of Object.entries(map)) {
    if (tensors.has(name)) continue;
    throw new FileError(
      `${index.name}: places ${brief(name)} in ${shard}, which does not hold it; fetch the shard again or write the index again.`,
    );
  }
  return tensors;
}
