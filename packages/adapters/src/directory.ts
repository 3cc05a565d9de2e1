// Adapters in directories on this machine, and of the Hub by way of its cache.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { folderOf, type ModelPlace } from '@twilljs/hub';
import { diskFolder, isRepositoryId, resolveRepository, writeTogether } from '@twilljs/hub/node';
import type { LanguageModel } from '@twilljs/hybrid';
import type { Adapter } from './adapter.ts';
import { filesOfAdapter } from './files.ts';
import { adapterIn, CONFIG, checkLoadOptions, type LoadAdapterOptions, type LoadedAdapter, WEIGHTS } from './load.ts';

/**
 * `loadAdapter` of `@twilljs/adapters`, which takes directories too: a path that exists is one, whatever it is called. An adapter on the Hub
 * is downloaded first, into the cache that Hugging Face's programs share, or taken from there.
 *
 * @throws HubError where the Hub does not answer or refuses, and the cache has not what is needed.
 */
export async function loadAdapter(
  model: LanguageModel,
  where: ModelPlace,
  options: LoadAdapterOptions = {},
): Promise<LoadedAdapter> {
  checkLoadOptions(model, options);
  const path = where instanceof URL && where.protocol === 'file:' ? fileURLToPath(where) : where;
  if (typeof path !== 'string' || /^https?:\/\//.test(path)) {
    return adapterIn(folderOf(path, options, 'adapter'), model);
  }
  if (existsSync(path) || !isRepositoryId(path)) return adapterIn(diskFolder(path), model);
  const { directory, notes } = await resolveRepository(path, { ...options, files: [`/${CONFIG}`, `/${WEIGHTS}`] });
  const loaded = await adapterIn(diskFolder(directory), model);
  return { ...loaded, notes: [...notes, ...loaded.notes] };
}

/**
 * Writes an adapter alone, as PEFT does: `adapter_config.json` and `adapter_model.safetensors`. Both are written beside the old ones and
 * flushed, then take their names.
 *
 * @throws FileError when the directory cannot be made or written; OptionError for an adapter that was merged or removed.
 */
export async function saveAdapter(directory: string, adapter: Adapter): Promise<void> {
  await writeTogether(directory, await filesOfAdapter(adapter));
}
