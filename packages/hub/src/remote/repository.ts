// What a repository is called: on the Hub, in its routes, and in the cache.
import { OptionError, shown } from '@twilljs/tensor';

export const kinds = ['model', 'dataset'] as const;
export type RepositoryKind = (typeof kinds)[number];

export interface Repository {
  /** `org/name`; a name alone for some that are old. */
  readonly id: string;
  readonly kind: RepositoryKind;
  /** Of the cache: `models--org--name`. */
  readonly folder: string;
}

/** One part of an id, as the Hub takes them. */
const PART = /^(?!.*(--|\.\.))[A-Za-z0-9_]([\w.-]{0,94}[A-Za-z0-9_])?$/;

/** Whether a text has the form `org/name`. Where a path of that name exists, it may mean the path. */
export function isRepositoryId(text: string): boolean {
  const parts = text.split('/');
  return parts.length === 2 && parts.every((part) => PART.test(part)) && !text.endsWith('.git');
}

/** @throws OptionError for what cannot be the id of a repository: it becomes a part of addresses and of paths. */
export function repositoryOf(id: string, kind: RepositoryKind): Repository {
  if (typeof id !== 'string' || !(isRepositoryId(id) || (PART.test(id) && !id.endsWith('.git')))) {
    throw new OptionError(
      `hub: ${shown(id)} is no name of a ${kind} on the Hub, which has the form org/name; correct it.`,
    );
  }
  return { id, kind, folder: [`${kind}s`, ...id.split('/')].join('--') };
}

/** @throws OptionError for what cannot be a branch, a tag or a commit: it becomes a part of addresses and of paths. */
export function checkRevision(revision: string): void {
  const fits = typeof revision === 'string' && isSafePath(revision) && !/[\s~^:?*[]/.test(revision);
  if (fits) return;
  throw new OptionError(`hub: revision is ${shown(revision)} where a branch, a tag or a commit is needed; correct it.`);
}

export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

/**
 * Whether a name stays within the folder that it is joined to, on every system: parts between single slashes, none of them `.` or
 * `..`, without what is a separator, a drive or a control character somewhere.
 */
export function isSafePath(path: string): boolean {
  const isPart = (part: string) =>
    part !== '' && part !== '.' && part !== '..' && new TextEncoder().encode(part).length <= 255;
  return !/[\\\p{Cc}]|^[A-Za-z]:/u.test(path) && path.split('/').every(isPart);
}

/** Of a route below `/api`: `/api/models/org/name/revision/main`. */
export function apiAddress(endpoint: string, { id, kind }: Repository, ...parts: string[]): string {
  return [endpoint, 'api', `${kind}s`, id, ...parts.map(encodeURIComponent)].join('/');
}

/** Where the bytes of a file are. */
export function fileAddress(endpoint: string, repository: Repository, commit: string, path: string): string {
  const parts = path.split('/').map(encodeURIComponent);
  return [pageAddress(endpoint, repository), 'resolve', commit, ...parts].join('/');
}

/** Where people look at it. */
export function pageAddress(endpoint: string, { id, kind }: Repository): string {
  return [endpoint, ...(kind === 'dataset' ? ['datasets'] : []), id].join('/');
}
