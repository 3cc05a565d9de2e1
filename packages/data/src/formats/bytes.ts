// The bytes of a file or a pipe, part by part, decompressed.
import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Compression } from './kind.ts';
import { unzstd } from './zstd.ts';

/** Bytes of a part. */
const PART = 2 ** 18;

/** The bytes of a file from its beginning. @param read is told of each part. */
export async function* partsOf(
  handle: FileHandle,
  read: (bytes: number) => void,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    signal.throwIfAborted();
    const part = new Uint8Array(PART); // a new one each time: what is read lives on in pieces of documents
    const { bytesRead } = await handle.read(part, 0, PART, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    read(bytesRead);
    yield part.subarray(0, bytesRead);
  }
}

/** @throws Error that says how the compressed bytes are broken. */
export function decompressed(
  parts: AsyncIterable<Uint8Array>,
  compression: Compression | null,
): AsyncIterable<Uint8Array> {
  if (compression === 'zstd') return unzstd(parts);
  return compression === 'gzip' ? gunzipped(parts) : parts;
}

async function* gunzipped(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: PART });
  pipeline(Readable.from(parts), gunzip, () => {}); // an error of either ends the reading below
  yield* gunzip as AsyncIterable<Uint8Array>;
}
