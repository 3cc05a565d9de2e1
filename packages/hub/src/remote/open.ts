// A model or dataset as a folder: a directory, or a repository of the Hub of which nothing is downloaded but what is read.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { OptionError, shown } from '@twilljs/tensor';
import { attempt } from '../files.ts';
import { diskFolder } from '../sources/disk.ts';
import type { Folder } from '../sources/source.ts';
import { HubError } from './errors.ts';
import { remoteFolder } from './folder.ts';
import { checkRepositoryOptions, lookUp, type RepositoryOptions } from './lookup.ts';
import { isRepositoryId } from './repository.ts';

/** A folder on disk or on the Hub, with nothing downloaded. */
export interface OpenedFolder {
  readonly folder: Folder;
  /** Of the Hub; null of a directory. */
  readonly commit: string | null;
  /** By their paths in order; of a directory those at its top. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly notes: readonly string[];
}

/**
 * Opens a directory, or where none is of that name, a repository of the Hub. Files are read by position, from the cache where it has
 * them, else by ranges; nothing is kept.
 *
 * @throws HubError and FileError as `resolveRepository`.
 */
export async function openFolder(where: string, options: RepositoryOptions = {}): Promise<OpenedFolder> {
  checkRepositoryOptions('openFolder', options);
  if (typeof where !== 'string' || where === '') {
    throw new OptionError(`openFolder: ${shown(where)} is neither a directory nor org/name; give one of them.`);
  }
  if (existsSync(where) || !isRepositoryId(where)) return openDirectory(where);
  const found = await lookUp(where, options);
  const { commit, files, away, cache, notes } = found;
  if (files) return { folder: remoteFolder(found, files), commit, files, notes };
  throw new HubError(
    `${where}: ${away}, and nothing in ${cache.folder} says what commit ${commit} holds; go online once.`,
    null,
  );
}

function openDirectory(path: string): OpenedFolder {
  const folder = diskFolder(path);
  const files = (folder.names ?? []).flatMap((name) => {
    const at = join(path, name);
    const facts = attempt(at, () => statSync(at));
    return facts.isFile() ? [{ path: name, bytes: facts.size }] : [];
  });
  return { folder, commit: null, files, notes: [] };
}
