// Which commit a revision is and what it holds: asked of the Hub, or where that does not answer, remembered.
import { factsOf, flag, knownOnly, OptionError, oneOf, shown } from '@twilljs/tensor';
import { RepositoryCache } from './cache.ts';
import { HubError } from './errors.ts';
import { commitOf, filesOf, type RemoteFile } from './listing.ts';
import { checkRevision, isCommit, kinds, type RepositoryKind, repositoryOf } from './repository.ts';
import type { Asking } from './request.ts';
import { patiently } from './retry.ts';
import { type PlaceOptions, settingsOf } from './settings.ts';

/** Which repository, and how to ask for it. */
export interface RepositoryOptions extends PlaceOptions {
  /** Default `model`. */
  readonly kind?: RepositoryKind;
  /** A branch, a tag or a commit. Default `main`. */
  readonly revision?: string;
  readonly signal?: AbortSignal;
}

export interface Found {
  readonly asking: Asking;
  readonly cache: RepositoryCache;
  readonly commit: string;
  /** Null where nobody wrote down what the commit holds, and nobody can be asked. */
  readonly files: readonly RemoteFile[] | null;
  /** Why nobody could be asked; null where the Hub answered, or nothing was to be asked. */
  readonly away: string | null;
  /** Whether the cache knew it all already. */
  readonly isKnown: boolean;
  readonly notes: readonly string[];
}

/** Names of `RepositoryOptions`. */
const own = ['kind', 'revision', 'cacheDir', 'token', 'offline', 'signal'] as const;

/** @param more names of further options. @throws OptionError for what is unknown, or no value of its kind. */
export function checkRepositoryOptions(where: string, options: RepositoryOptions, more: readonly string[] = []): void {
  knownOnly(where, options, [...own, ...more]);
  const { kind = 'model', cacheDir = 'x', token = '', offline = false, signal } = options;
  oneOf(`${where}: kind`, kind, kinds);
  flag(`${where}: offline`, offline);
  const refuse = (name: string, value: unknown, wanted: string): never => {
    throw new OptionError(`${where}: ${name} is ${shown(value)} where ${wanted} is needed; correct it.`);
  };
  if (typeof cacheDir !== 'string' || cacheDir === '') refuse('cacheDir', cacheDir, 'the path of a directory');
  if (typeof token !== 'string') refuse('token', typeof token, 'a text');
  if (signal !== undefined && !(signal instanceof AbortSignal)) refuse('signal', signal, 'an AbortSignal');
}

/**
 * Looks a repository up.
 *
 * @throws HubError when the Hub refuses, and when it does not answer and nothing is remembered.
 */
export async function lookUp(id: string, options: RepositoryOptions): Promise<Found> {
  const { kind = 'model', revision = 'main', signal = new AbortController().signal } = options;
  const repository = repositoryOf(id, kind);
  checkRevision(revision);
  const settings = settingsOf(options);
  const cache = new RepositoryCache(settings, repository);
  const asking = { ...settings, repository, revision, signal };
  const known = cache.commitOf(revision);
  const found = { asking, cache };
  const remembered = known === null ? null : cache.filesOf(known);
  // A commit never changes.
  if (remembered && isCommit(revision)) {
    const away = settings.offline ? OFFLINE : null;
    return { ...found, commit: revision, files: remembered, away, isKnown: true, notes: [] };
  }
  if (settings.offline) return fromMemory(OFFLINE);
  // Where something is remembered, nobody waits for a server that is down; else not for long, since the name may be a path misspelt.
  const patience = { signal, again: known === null ? 2 : 0, longestMs: 5000 };
  const ask = <T>(run: () => Promise<T>) => patiently(run, patience);
  try {
    const { commit, id: now } = isCommit(revision) ? { commit: revision, id } : await ask(() => commitOf(asking));
    const written = cache.filesOf(commit);
    const files = written ?? (await ask(() => filesOf(asking, commit)));
    const notes = now === '' || now === id ? [] : [`${id}: is called ${now} now`];
    return { ...found, commit, files, away: null, isKnown: written !== null && commit === known, notes };
  } catch (error) {
    if (!(error instanceof HubError && error.mayPass)) throw error;
    return fromMemory(factsOf(error), error);
  }

  /** @param away why, in half a sentence. */
  function fromMemory(away: string, cause?: HubError): Found {
    if (known === null) {
      const next = cause ? nextOf(cause) : `go online once, to ${settings.endpoint}`;
      throw new HubError(
        `${id}: ${away}, and ${cache.folder} does not know ${revision}; ${next}.`,
        cause?.status ?? null,
        { cause, path: cache.folder },
        cause !== undefined,
      );
    }
    const note = `${id}: ${away}; taken as it was last seen, commit ${known.slice(0, 12)}`;
    return { ...found, commit: known, files: remembered, away, isKnown: true, notes: [note] };
  }
}

/** The next step of a message. */
const nextOf = ({ message }: HubError): string => message.slice(factsOf({ message } as HubError).length + 2, -1);

const OFFLINE = 'the network is not used (HF_HUB_OFFLINE, or the option offline)';
