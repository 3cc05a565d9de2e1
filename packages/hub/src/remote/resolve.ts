// A repository of the Hub as a directory on disk: what is missing is downloaded, the rest is taken from the cache.
import { FileError, isTwillError, OptionError, shown } from '@twilljs/tensor';
import { HubError } from './errors.ts';
import { type DownloadProgress, fetchAll } from './fetch-all.ts';
import type { RemoteFile } from './listing.ts';
import { checkRepositoryOptions, type Found, lookUp, type RepositoryOptions } from './lookup.ts';
import { matcher, modelPatterns } from './patterns.ts';

export interface ResolveOptions extends RepositoryOptions {
  /**
   * Which files: `*.json` by their names, `data/train-*` by their paths, `**` over folders. Default: of a model what Twill reads
   * (configuration, tokenizer, safetensors at the top), of a dataset all.
   */
  readonly files?: readonly string[];
  /** Told whenever some bytes have arrived. */
  onProgress?(progress: DownloadProgress): void;
}

/** A repository of the Hub as a directory. */
export interface ResolvedRepository {
  /** With the files in it, by their paths. Nothing may be written there: other programs share them. */
  readonly directory: string;
  readonly commit: string;
  /** What to know, one line each: that the Hub did not answer, what was left out, what was mended. */
  readonly notes: readonly string[];
}

/** The files of a repository of the Hub. */
export interface RepositoryListing {
  readonly commit: string;
  /** By their paths in order. */
  readonly files: readonly RemoteFile[];
  readonly notes: readonly string[];
}

/**
 * A repository of the Hugging Face Hub as a directory, which lies in Hugging Face's own cache.
 *
 * @param id `org/name`.
 * @throws HubError saying what to do, where the Hub refuses, does not answer, or sends other bytes than it announced.
 * @throws FileError where the cache cannot be written.
 */
export async function resolveRepository(id: string, options: ResolveOptions = {}): Promise<ResolvedRepository> {
  checkRepositoryOptions('resolveRepository', options, ['files', 'onProgress']);
  const { onProgress = () => {} } = options;
  if (typeof onProgress !== 'function') {
    throw new OptionError(
      `resolveRepository: onProgress is ${shown(onProgress)} where a function is needed; give one.`,
    );
  }
  const found = await lookUp(id, options);
  const { asking, cache, commit, files, away } = found;
  const patterns = options.files ?? (asking.repository.kind === 'model' ? modelPatterns : ['**']);
  const fits = matcher(patterns);
  const directory = cache.snapshot(commit);
  if (files === null) return { directory, commit, notes: [...found.notes, fromSnapshot(found, fits)] };
  const wanted = files.filter(({ path }) => fits(path));
  if (wanted.length === 0) throw noneFits(id, patterns, files);
  const notes = [...found.notes];
  if (away === null && !found.isKnown) notes.push(...written(() => cache.setFiles(commit, files)));
  const missing = wanted.filter((file) => !cache.has(commit, file));
  if (missing.length > 0 && away !== null) throw incomplete(found, away, missing);
  if (missing.length > 0) {
    notes.push(...(await fetchAll(found, missing, onProgress)));
    if (options.files === undefined) notes.push(...leftOut(id, files, fits));
  }
  // Only now, since a branch is looked up here when the Hub is away: what it points to is whole.
  if (away === null) notes.push(...written(() => cache.setCommit(asking.revision, commit)));
  return { directory, commit, notes };
}

/**
 * What a repository holds, without a byte of it.
 *
 * @throws HubError as `resolveRepository`.
 */
export async function listRepository(id: string, options: RepositoryOptions = {}): Promise<RepositoryListing> {
  checkRepositoryOptions('listRepository', options);
  const { commit, files, notes, away, cache } = await lookUp(id, options);
  if (files) return { commit, files, notes };
  throw new HubError(
    `${id}: ${away}, and nothing in ${cache.folder} says what commit ${commit} holds; go online once.`,
    null,
  );
}

/** What the cache knows of itself: without it all is there, but is looked up again. @returns a note where it cannot be written. */
function written(write: () => void): string[] {
  try {
    write();
    return [];
  } catch (error) {
    if (!isTwillError(error)) throw error;
    return [`${error.message} Without it the Hub must be asked again.`];
  }
}

/** What is there of a commit that another program has fetched. @throws HubError where nothing is. */
function fromSnapshot({ asking, cache, commit, away }: Found, fits: (path: string) => boolean): string {
  const { id } = asking.repository;
  const names = cache.namesIn(commit).filter(fits);
  if (names.length === 0) {
    throw new HubError(`${id}: ${away}, and no such file is in ${cache.snapshot(commit)}; go online once.`, null);
  }
  return `${id}: ${countOf(names)} of commit ${commit.slice(0, 12)} taken as they are; nothing in the cache says whether they are all`;
}

function incomplete({ asking, cache, commit }: Found, away: string, missing: readonly RemoteFile[]): HubError {
  const { endpoint, repository } = asking;
  return new HubError(
    `${repository.id}: ${away}, and ${someOf(missing)} ${missing.length === 1 ? 'is' : 'are'} not in ${cache.snapshot(commit)}; go online once, to ${endpoint}.`,
    null,
    { path: cache.snapshot(commit) },
  );
}

function noneFits(id: string, patterns: readonly string[], files: readonly RemoteFile[]): FileError | OptionError {
  if (files.length === 0) return new FileError(`${id}: holds no file at all; name another.`);
  return new OptionError(`${id}: no file fits ${patterns.join(' ')}, it holds ${someOf(files)}; choose among these.`);
}

/** Of a model, what nobody here reads. */
function leftOut(id: string, files: readonly RemoteFile[], fits: (path: string) => boolean): string[] {
  const rest = files.filter(({ path }) => !fits(path));
  return rest.length === 0
    ? []
    : [`${id}: left out ${someOf(rest)}, which Twill does not read; name them to have them`];
}

const countOf = (list: readonly unknown[]): string => `${list.length} file${list.length === 1 ? '' : 's'}`;

function someOf(files: readonly RemoteFile[]): string {
  const named = files.slice(0, 4).map(({ path }) => path);
  return named.join(', ') + (files.length > 4 ? ` and ${files.length - 4} more` : '');
}
