// Models in directories on this machine.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readText } from './files.ts';
import { readModelFolder } from './folder.ts';
import { type JsonObject, parsePythonObject } from './json.ts';
import { checkLoadOptions, folderOf, type Loaded, type LoadOptions, loadFolder, type ModelPlace } from './load.ts';
import type { ModelFiles } from './model.ts';
import { HubError } from './remote/errors.ts';
import { isRepositoryId } from './remote/repository.ts';
import { resolveRepository } from './remote/resolve.ts';
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

/**
 * `load` of `@twilljs/hub`, which takes directories too: a path that exists is one, whatever it is called. A model of the Hub is
 * downloaded first, into the cache that Hugging Face's programs share, or taken from there.
 *
 * @throws HubError where the Hub does not answer or refuses, and the cache has not what is needed.
 */
export async function load(where: ModelPlace, options: LoadOptions): Promise<Loaded> {
  checkLoadOptions(options);
  const path = where instanceof URL && where.protocol === 'file:' ? fileURLToPath(where) : where;
  if (typeof path !== 'string' || /^https?:\/\//.test(path)) return loadFolder(folderOf(path, options), options);
  if (existsSync(path) || !isRepositoryId(path)) return loadFolder(diskFolder(path), options);
  const { revision, signal, onProgress = () => {} } = options;
  const { directory, notes } = await resolveRepository(path, {
    ...(revision !== undefined && { revision }),
    ...(signal && { signal }),
    onProgress: ({ done, total }) => onProgress({ step: 'download', done, total }),
  }).catch((error) => {
    if (!(error instanceof HubError)) throw error;
    const message = `${path}: is no directory here, and of the Hub: ${error.message}`;
    throw new HubError(message, error.status, { cause: error });
  });
  return loadFolder(diskFolder(directory), options, notes);
}
