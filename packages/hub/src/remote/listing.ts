// What a repository holds at a commit, as the Hub tells it: checked, since names become paths and hashes become names.
import { isObject, type Json, parseJson, parseJsonObject } from '../json.ts';
import { HubError, shownAddress } from './errors.ts';
import { apiAddress, isCommit, isSafePath } from './repository.ts';
import { type Asking, request, textOf } from './request.ts';

/** A file of a repository at a commit. */
export interface RemoteFile {
  /** Within the repository: `data/train.parquet`. */
  readonly path: string;
  readonly bytes: number;
  /** What git calls it: of a large file, that of the pointer to it. */
  readonly oid: string;
  /** Of a large file (LFS): the SHA-256 of its bytes. */
  readonly sha256?: string;
  /** Of one in Xet storage; kept for other programs. */
  readonly xet?: string;
}

/** The name of a file's bytes in the cache, which is their hash. */
export const blobOf = ({ oid, sha256 }: RemoteFile): string => sha256 ?? oid;

/** Characters of one answer at most. */
const MOST = 2 ** 26;

const MOST_FILES = 1_000_000;
const MOST_PAGES = 10_000;

/** The commit of a branch or tag, and what the repository is called now. */
export async function commitOf(asking: Asking): Promise<{ commit: string; id: string }> {
  const url = apiAddress(asking.endpoint, asking.repository, 'revision', asking.revision);
  const { json } = await jsonOf(asking, url, parseJsonObject);
  const { sha, id } = json;
  if (typeof sha === 'string' && isCommit(sha)) return { commit: sha, id: typeof id === 'string' ? id : '' };
  throw strange(url, 'gives no commit (sha)');
}

/** All files of a commit, by their paths in order. */
export async function filesOf(asking: Asking, commit: string): Promise<RemoteFile[]> {
  const first = apiAddress(asking.endpoint, asking.repository, 'tree', commit);
  const files: RemoteFile[] = [];
  const seen = new Set<string>();
  for (let url: string | null = `${first}?recursive=true`; url !== null; ) {
    if (seen.has(url)) throw strange(url, 'leads back to itself');
    if (seen.size === MOST_PAGES) throw strange(first, `has more than ${MOST_PAGES} pages`);
    seen.add(url);
    const page: { json: Json; next: string | null } = await jsonOf(asking, url, parseJson);
    if (!Array.isArray(page.json)) throw strange(url, 'gives no list of files');
    for (const entry of page.json) {
      if (isObject(entry) && entry.type === 'directory') continue;
      files.push(fileOf(entry, url));
    }
    if (files.length > MOST_FILES) throw strange(url, `lists more than ${MOST_FILES} files`);
    url = page.next;
  }
  if (new Set(files.map(({ path }) => path)).size < files.length) throw strange(first, 'lists a file twice');
  return files.sort(byPath);
}

export const byPath = (a: RemoteFile, b: RemoteFile): number => (a.path < b.path ? -1 : 1);

async function jsonOf<T>(
  asking: Asking,
  url: string,
  parse: (text: string, where: string) => T,
): Promise<{ json: T; next: string | null }> {
  const answer = await request(asking, url);
  const text = await textOf(answer, url, MOST);
  const json = read(() => parse(text, shownAddress(url)), url);
  return { json, next: nextOf(answer.headers.get('link'), url) };
}

function read<T>(run: () => T, url: string): T {
  try {
    return run();
  } catch (error) {
    throw new HubError(
      `${shownAddress(url)}: answers what is not the JSON of a Hub; check HF_ENDPOINT, and whether a proxy stands between.`,
      null,
      { cause: error },
    );
  }
}

/** `<address>; rel="next"` */
function nextOf(link: string | null, url: string): string | null {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(link ?? '')?.[1];
  if (target === undefined) return null;
  const next = URL.canParse(target, url) ? new URL(target, url) : null;
  if (next?.origin === new URL(url).origin) return next.href;
  throw strange(url, 'continues on another host');
}

function fileOf(json: Json, url: string): RemoteFile {
  const { path, size, oid, lfs, xetHash } = isObject(json) ? json : {};
  if (typeof path !== 'string') throw strange(url, 'lists a file without a path');
  const shown = JSON.stringify(path.slice(0, 120));
  if (!isSafePath(path)) throw strange(url, `lists a file ${shown}, which is no path within a repository`);
  const large = isObject(lfs) ? lfs : null;
  const bytes = large ? large.size : size;
  const sha256 = large?.oid;
  const isSize = typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes >= 0;
  if (!isSize || !isHash(oid, 40) || !(sha256 === undefined || isHash(sha256, 64))) {
    throw strange(url, `lists ${shown} without its size and hash`);
  }
  return { path, bytes, oid, ...(sha256 !== undefined && { sha256 }), ...(isHash(xetHash, 64) && { xet: xetHash }) };
}

export const isHash = (value: unknown, digits: number): value is string =>
  typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);

const strange = (url: string, fact: string): HubError =>
  new HubError(`${shownAddress(url)}: ${fact}; nothing was fetched. Check HF_ENDPOINT, or report it there.`, null);
