// Files behind an address, read by HTTP ranges: a file is never in memory as a whole.

import { FileError } from '@twilljs/tensor';
import type { AbortSignalOf, UrlOf } from '../platform.ts';
import { bodyOf } from './body.ts';
import { cutShort, type Folder, type Source } from './source.ts';

/** Of the first request, which tells the size and brings a header; and of each that follows. */
const FIRST = 2 ** 18;
const WINDOW = 2 ** 24;

/** A request that the network loses is sent again after so many milliseconds. */
const PAUSES_MS = [200, 1000];

/** What a server says of a file; all answers must agree on it. */
interface Answer {
  readonly bytes: Uint8Array;
  readonly size: number;
  /** Of the version of the file, where the server tells it. */
  readonly tag: string | null;
}

/**
 * The file at an address.
 *
 * @returns null where the server has none (404).
 * @throws FileError when it cannot be reached, refuses, or does not send ranges.
 */
export async function urlSource(url: UrlOf, signal?: AbortSignalOf): Promise<Source | null> {
  const first = await fetchRange(url, 0, FIRST, signal);
  if (first === null) return null;
  const { size, tag } = first;
  const name = url.href;
  let window = { begin: 0, bytes: first.bytes };
  const read = async (from: number, into: Uint8Array): Promise<void> => {
    if (from + into.length > size) throw cutShort(name, size, from + into.length);
    for (let at = 0; at < into.length; ) {
      const begin = from + at;
      if (begin < window.begin || begin >= window.begin + window.bytes.length) {
        window = { begin, bytes: new Uint8Array() }; // its memory goes before the next one comes
        const next = await fetchRange(url, begin, Math.min(begin + WINDOW, size), signal);
        if (next?.size !== size || next.tag !== tag)
          throw new FileError(`${name}: was changed on the server while being read; load it again.`, { path: name });
        window.bytes = next.bytes;
      }
      const part = window.bytes.subarray(begin - window.begin, begin - window.begin + into.length - at);
      into.set(part, at);
      at += part.length;
    }
  };
  let turn: Promise<void> = Promise.resolve();
  return {
    name,
    size,
    read: (from, into) => {
      // One after the other, since they share the window.
      const mine = turn.then(() => read(from, into));
      turn = mine.catch(() => {});
      return mine;
    },
  };
}

/** @param prefix Address of a folder; files are looked for below it. */
export function urlFolder(prefix: URL, signal?: AbortSignal): Folder {
  const base = new URL(prefix);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  const at = (name: string): URL => {
    const url = new URL(base); // with its query, which may be what opens the door
    url.pathname += encodeURIComponent(name);
    return url;
  };
  return { name: base.href, names: null, open: (name) => urlSource(at(name), signal) };
}

async function fetchRange(url: URL, begin: number, end: number, signal?: AbortSignal): Promise<Answer | null> {
  for (let tries = 0; ; tries++) {
    try {
      return await tryRange(url, begin, end, signal);
    } catch (error) {
      if (error instanceof FileError || signal?.aborted) throw error;
      if (tries < PAUSES_MS.length) {
        await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[tries]));
        continue;
      }
      const { message, cause } = error as Error;
      const why = cause instanceof Error && cause.message ? `${message}: ${cause.message}` : message;
      throw new FileError(`${url.href}: cannot be fetched (${why}); check the address and the network.`, {
        cause: error,
        path: url.href,
      });
    }
  }
}

async function tryRange(url: URL, begin: number, end: number, signal?: AbortSignal): Promise<Answer | null> {
  const response = await fetch(url, {
    headers: { Range: `bytes=${begin}-${end - 1}` },
    ...(signal && { signal }),
  });
  const { status, headers } = response;
  const said = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(headers.get('content-range') ?? '');
  const tag = headers.get('etag') ?? headers.get('last-modified');
  if (status === 416 && said?.[3] === '0') return { bytes: new Uint8Array(), size: 0, tag };
  if (status !== 206 || !said || said[1] === undefined || headers.has('content-encoding')) {
    await response.body?.cancel();
    if (status === 404) return null;
    throw new FileError(`${url.href}: ${refusal(response, said !== null)}`, { path: url.href });
  }
  const [from, last, size] = said.slice(1).map(Number);
  if (from !== begin || last !== Math.min(end, size) - 1) {
    await response.body?.cancel();
    throw new FileError(
      `${url.href}: the server sent bytes ${from} to ${last} where ${begin} to ${end - 1} were asked for; download the file and load it from disk.`,
      { path: url.href },
    );
  }
  const bytes = new Uint8Array(last + 1 - from);
  let came = 0;
  for await (const part of bodyOf(response, signal)) {
    if (came + part.length <= bytes.length) bytes.set(part, came);
    came += part.length;
  }
  if (came !== bytes.length) throw new Error(`${came} bytes came where ${bytes.length} were announced`);
  return { bytes, size, tag };
}

function refusal({ status, statusText, headers }: Response, hasRange: boolean): string {
  const download = 'download the file and load it from disk';
  if (status === 200) return `the server sends no ranges, it answered with the whole file; ${download}.`;
  if (headers.has('content-encoding'))
    return `the server compresses ranges, which cannot be put together; ${download}.`;
  if (status === 206 && !hasRange)
    return `the server does not say which range it sent; let it expose Content-Range to this page (Access-Control-Expose-Headers), or ${download}.`;
  const next =
    status === 401 || status === 403 ? 'the file needs an access token, download it with one' : 'check the address';
  return `the server answered ${`${status} ${statusText}`.trim()}; ${next}.`;
}
