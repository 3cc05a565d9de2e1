// Model directories as Hugging Face lays them out: config.json, and weights in one safetensors file or in shards with an index.
import { join } from 'node:path';
import type { LanguageModel } from '@twilljs/hybrid';
import { FileError } from '@twilljs/tensor';
import { serializeConfig } from './config.ts';
import { listDirectory, makeDirectory, readText, writeAtomic } from './files.ts';
import { isObject, type JsonObject, kindOf, parsePythonObject } from './json.ts';
import {
  beyondFla,
  checkLoadOptions,
  filesOfModel,
  type LoadedModel,
  type LoadOptions,
  type ModelFiles,
  modelFromFiles,
} from './model.ts';
import { openSafetensors } from './open.ts';
import { safetensorsChunks } from './safetensors.ts';
import type { StoredTensor } from './stored.ts';

const CONFIG = 'config.json';
const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/**
 * Opens a model directory made by FLA, Hugging Face Transformers or Twill. The configuration is unchecked but for being an
 * object; the bytes of the tensors stay on disk until they are asked for.
 *
 * @throws FileError when the directory, the configuration or the weights are missing, damaged or contradict each other.
 */
export function readModelDirectory(path: string): ModelFiles {
  const names = listDirectory(path);
  if (!names.includes(CONFIG))
    throw new FileError(`${path}: has no ${CONFIG}${holding(names)}; name a model directory.`);
  return { config: readConfigFile(join(path, CONFIG)), tensors: openWeights(path, names) };
}

/**
 * The object in a JSON file that may come from Python. @throws FileError when it is missing, not JSON (with line and column) or
 * no object.
 */
export function readConfigFile(path: string): JsonObject {
  return parsePythonObject(readText(path), path);
}

function openWeights(path: string, names: readonly string[]): Map<string, StoredTensor> {
  if (names.includes(WEIGHTS)) return openSafetensors(join(path, WEIGHTS)).tensors;
  if (names.includes(INDEX)) return openShards(path, names);
  const pickled = names.find((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
  if (pickled)
    throw new FileError(`${path}: its weights are in ${pickled}, which is not read; convert them to ${WEIGHTS}.`);
  throw new FileError(`${path}: has no ${WEIGHTS} and no ${INDEX}${holding(names)}; name a directory with weights.`);
}

const holding = (names: readonly string[]): string =>
  names.length === 0 ? ', it is empty' : `, only ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', ...' : ''}`;

/** Every tensor from the shard that the index names for it. */
function openShards(path: string, names: readonly string[]): Map<string, StoredTensor> {
  const at = join(path, INDEX);
  const { weight_map: map } = readConfigFile(at);
  if (!isObject(map))
    throw new FileError(`${at}: weight_map is ${kindOf(map)} where an object of file names is needed; write it again.`);
  const tensors = new Map<string, StoredTensor>();
  for (const shard of new Set(Object.values(map))) {
    // A name from the directory listing cannot lead out of the directory.
    if (typeof shard !== 'string' || !names.includes(shard)) {
      throw new FileError(
        `${at}: names the shard ${JSON.stringify(shard)}, which is not in the directory; fetch it or write the index again.`,
      );
    }
    for (const [name, tensor] of openSafetensors(join(path, shard)).tensors) {
      if (map[name] !== shard) {
        const said = map[name] === undefined ? 'does not name it' : `places it in ${JSON.stringify(map[name])}`;
        throw new FileError(`${join(path, shard)}: holds ${name} but ${INDEX} ${said}; write the index again.`);
      }
      tensors.set(name, tensor);
    }
  }
  for (const [name, shard] of Object.entries(map)) {
    if (tensors.has(name)) continue;
    throw new FileError(
      `${at}: places ${name} in ${shard}, which does not hold it; fetch the shard again or write the index again.`,
    );
  }
  return tensors;
}

/**
 * Writes a model directory that FLA and Hugging Face Transformers load; each file is replaced atomically.
 *
 * @throws FileError when the directory cannot be made or written.
 */
export function writeModelDirectory(path: string, { config, tensors }: ModelFiles): void {
  makeDirectory(path);
  writeAtomic(join(path, WEIGHTS), safetensorsChunks(tensors, { format: 'pt' }));
  writeAtomic(join(path, CONFIG), serializeConfig(config));
}

/**
 * Loads a model directory: FLA's own, or one that `saveModel` wrote. No key map is needed.
 *
 * @throws FileError for files that are missing, damaged or do not fit each other.
 * @throws OptionError for a configuration that cannot be.
 */
export async function loadModel(path: string, options: LoadOptions): Promise<LoadedModel> {
  checkLoadOptions('loadModel', options);
  return modelFromFiles(readModelDirectory(path), options, path);
}

/**
 * Saves a model as FLA does: `config.json` and `model.safetensors`.
 *
 * @returns What to know of the result, one line each: a model that FLA cannot load says so.
 * @throws FileError when the directory cannot be written.
 */
export async function saveModel(path: string, model: LanguageModel): Promise<readonly string[]> {
  writeModelDirectory(path, await filesOfModel(model));
  const beyond = beyondFla(model);
  return beyond === null ? [] : [`${path}: ${beyond}`];
}
