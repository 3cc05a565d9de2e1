// What a path or the name of a repository stands for: a directory, fetched first where it is not there.
import { existsSync } from 'node:fs';
import {
  HubError,
  isRepositoryId,
  type ResolvedRepository,
  type ResolveOptions,
  resolveRepository,
} from '@twilljs/hub/node';
import { OptionError } from '@twilljs/tensor';
import { tokenizerFileNames } from '@twilljs/tokenizers';
import type { Context } from '../command.ts';
import { Interrupted } from '../failure.ts';
import { transferBar } from './transfer-bar.ts';

type Speaking = Pick<Context, 'terminal' | 'note'>;

/** A repository of the Hub, with progress and notes on standard error. */
export async function fetchRepository(
  id: string,
  options: ResolveOptions,
  { terminal, note }: Speaking,
): Promise<ResolvedRepository> {
  const bar = transferBar(terminal, id);
  try {
    const found = await resolveRepository(id, {
      ...options,
      signal: terminal.signal,
      onProgress: (progress) => bar.update(progress),
    });
    bar.end();
    for (const line of found.notes) note(`note: ${line}\n`);
    return found;
  } catch (error) {
    bar.end();
    if (!terminal.signal.aborted) throw error;
    throw new Interrupted(`${id}: stopped; what had arrived is kept, run it again to go on.`);
  }
}

/** Whether a word means a repository of the Hub: what exists as a path is the path. */
const isOnHub = (where: string): boolean => isRepositoryId(where) && !existsSync(where);

/**
 * The directory of a model: the path itself, or of `org/name` the one in the cache.
 *
 * @param revision of a model of the Hub. @throws OptionError where it is given for a path.
 */
export async function modelDirectory(where: string, context: Speaking, revision?: string): Promise<string> {
  if (revision !== undefined && !isOnHub(where)) {
    throw new OptionError(`--revision is ${revision} but ${where} is no model of the Hub; leave it out.`);
  }
  return directoryOf(where, { ...(revision !== undefined && { revision }) }, context);
}

/** The same of a tokenizer, for which no weights are fetched: its files, and by name those in forms that are not read. */
export const tokenizerDirectory = (where: string, context: Speaking): Promise<string> =>
  directoryOf(where, { files: [...tokenizerFileNames.map((name) => `/${name}`), '/*.model', '/vocab.*'] }, context);

async function directoryOf(where: string, options: ResolveOptions, context: Speaking): Promise<string> {
  if (!isOnHub(where)) return where;
  try {
    return (await fetchRepository(where, options, context)).directory;
  } catch (error) {
    // Whoever has misspelt a path shall read that.
    if (!(error instanceof HubError)) throw error;
    throw new HubError(`${where}: is no directory here, and of the Hub: ${error.message}`, error.status, {
      cause: error,
    });
  }
}
