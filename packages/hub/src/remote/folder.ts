// A repository as a folder whose files are read by ranges: nothing of it is kept, and what the cache has is read there.
import { join } from 'node:path';
import { diskSource } from '../sources/disk.ts';
import { cutShort, type Folder, type Source } from '../sources/source.ts';
import { HubError, Passing } from './errors.ts';
import type { RemoteFile } from './listing.ts';
import type { Found } from './lookup.ts';
import { fileAddress } from './repository.ts';
import { type Asking, request } from './request.ts';
import { patiently } from './retry.ts';

/** @throws HubError by `open`, where nobody can be asked for a file that the cache has not. */
export function remoteFolder(found: Found, files: readonly RemoteFile[]): Folder {
  const { asking, cache, commit, away } = found;
  const { id } = asking.repository;
  return {
    name: id,
    names: files.map(({ path }) => path),
    async open(name) {
      const file = files.find(({ path }) => path === name);
      if (!file) return null;
      if (cache.has(commit, file)) return diskSource(join(cache.snapshot(commit), name));
      if (away === null) return rangeSource(asking, commit, file);
      throw new HubError(`${id}: ${away}, and ${name} is not in ${cache.snapshot(commit)}; go online once.`, null);
    },
  };
}

/** Bytes of a request at least: more than most headers have. */
const WINDOW = 2 ** 18;

function rangeSource(asking: Asking, commit: string, file: RemoteFile): Source {
  const { path, bytes: size } = file;
  const name = `${asking.repository.id}: ${path}`;
  const url = fileAddress(asking.endpoint, asking.repository, commit, path);
  let window = { begin: 0, bytes: new Uint8Array() };
  return {
    name,
    size,
    async read(from, into) {
      const end = from + into.length;
      if (end > size) throw cutShort(name, size, end);
      if (from < window.begin || end > window.begin + window.bytes.length) {
        const until = Math.min(Math.max(end, from + WINDOW), size);
        const bytes = await patiently(() => fetchRange(asking, url, from, until), asking);
        window = { begin: from, bytes };
      }
      into.set(window.bytes.subarray(from - window.begin, end - window.begin));
    },
  };
}

/** Bytes [begin, end), also of a server that knows no ranges. */
async function fetchRange(asking: Asking, url: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - begin);
  if (end === begin) return bytes;
  const answer = await request(asking, url, { range: `bytes=${begin}-${end - 1}` });
  const isPart = answer.headers.get('content-range')?.startsWith(`bytes ${begin}-`) === true;
  let at = answer.status === 206 && isPart ? begin : 0;
  for await (const part of answer.parts()) {
    const wanted = part.subarray(Math.max(0, begin - at), Math.max(0, end - at));
    bytes.set(wanted, Math.max(0, at - begin));
    at += part.length;
    if (at >= end) return bytes;
  }
  throw new Passing(`${url}: ends at byte ${at} of ${end}; try again later.`);
}
