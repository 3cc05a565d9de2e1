// Models in directories on this machine.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readText } from './files.ts';
import { readModelFolder } from './folder.ts';
import { type JsonObject, parsePythonObject } from './json.ts';
import {
  checkLoadOptions,
  folderOf,
  HUB_ID,
  type Loaded,
  type LoadOptions,
  loadFolder,
  type ModelPlace,
} from './load.ts';
import type { ModelFiles } from './model.ts';
import { diskFolder } from './sources/disk.ts';
import type { DistantTensor } from './stored.ts';

/**
 * Opens a model directory made by FLA, Hugging Face Transformers or Twill. The configuration is unchecked but for being an
 * object; the bytes of the tensors stay on disk until they are asked for.
 *
 * @throws FileError when the directory, the configuration or the weights are missing, damaged or contradict each other.
 */
export async function readModelDirectory(path: string): Promise<ModelFiles<DistantTensor>> {
  return readModelFolder(diskFolder(path));
}

/**
 * The object in a JSON file that may come from Python. @throws FileError when it is missing, not JSON (with line and column) or
 * no object.
 */
export function readConfigFile(path: string): JsonObject {
  return parsePythonObject(readText(path), path);
}

/** `load` of `@twilljs/hub`, which takes directories too: a path that exists is one, whatever it is called. */
export async function load(where: ModelPlace, options: LoadOptions): Promise<Loaded> {
  checkLoadOptions(options);
  const path = where instanceof URL && where.protocol === 'file:' ? fileURLToPath(where) : where;
  const isElsewhere = typeof path !== 'string' || /^https?:\/\//.test(path) || (HUB_ID.test(path) && !existsSync(path));
  return loadFolder(isElsewhere ? folderOf(path, options) : diskFolder(path), options);
}
