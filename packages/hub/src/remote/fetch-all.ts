// Several files of a repository into the cache, some at a time.
import { statfsSync } from 'node:fs';
import { FileError } from '@twilljs/tensor';
import { attempt, makeDirectory } from '../files.ts';
import { download } from './download.ts';
import { blobOf, type RemoteFile } from './listing.ts';
import type { Found } from './lookup.ts';
import { bytesOfParts } from './partial.ts';

/** How far a download is, in bytes and files. */
export interface DownloadProgress {
  /** Bytes of all files that were missing, and those of them that are there. */
  readonly total: number;
  readonly done: number;
  /** Bytes that have come over the network in this call: what goes on from an earlier one is done and was not received. */
  readonly received: number;
  readonly files: number;
  readonly filesDone: number;
  /** The file that something has just arrived of. */
  readonly file: string;
  /** Why nothing comes of it for a while; null where it does. */
  readonly pause: string | null;
}

/** Files at a time: more than one, since small ones take as long as an answer does. */
const TOGETHER = 4;

/**
 * Brings files that are missing into a snapshot.
 *
 * @returns what to know of it, one line each.
 * @throws HubError and FileError as `download`: the first one, when the others have put away what had arrived.
 */
export async function fetchAll(
  { asking, cache, commit }: Found,
  missing: readonly RemoteFile[],
  onProgress: (progress: DownloadProgress) => void,
): Promise<string[]> {
  const notes: string[] = [];
  const there = new Map<RemoteFile, number>();
  const total = missing.reduce((sum, { bytes }) => sum + bytes, 0);
  let [done, received, filesDone, copies] = [0, 0, 0, 0];
  const tell = ({ path }: RemoteFile, pause: string | null) =>
    onProgress({ total, done, received, files: missing.length, filesDone, file: path, pause });
  const arrived = (file: RemoteFile, bytes: number) => {
    done += bytes - (there.get(file) ?? 0);
    there.set(file, bytes);
    tell(file, null);
  };
  makeDirectory(cache.blobs);
  requireRoom(
    cache.blobs,
    missing.filter((file) => !cache.hasBlob(file)),
  );
  await together(missing, asking.signal, async (file, signal) => {
    if (!cache.hasBlob(file)) {
      const onBytes = (bytes: number) => arrived(file, bytes);
      const onReceived = (bytes: number) => {
        received += bytes;
      };
      const onPause = (why: string) => tell(file, why);
      const onMended = (what: string) => notes.push(what);
      await download({ asking: { ...asking, signal }, cache, commit, file, onBytes, onReceived, onPause, onMended });
    }
    if (!cache.place(commit, file)) copies++;
    filesDone++;
    arrived(file, file.bytes);
  });
  if (copies > 0) {
    notes.push(`${cache.folder}: links cannot be made here, so ${copies} of its files lie there twice, as copies`);
  }
  return notes;
}

/** Runs one job after the other, several at a time. The first failure ends the others. */
async function together<T>(
  jobs: readonly T[],
  signal: AbortSignal,
  run: (job: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const within = AbortSignal.any([signal, stop.signal]);
  const queue = [...jobs];
  const failures: unknown[] = [];
  const worker = async () => {
    while (queue.length > 0 && failures.length === 0) {
      try {
        await run(queue.shift() as T, within);
      } catch (error) {
        failures.push(error);
        stop.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  if (failures.length > 0) throw failures[0];
}

/** @throws FileError where the disk has less room than is needed. */
function requireRoom(folder: string, missing: readonly RemoteFile[]): void {
  const blobs = new Map(missing.map((file) => [blobOf(file), file.bytes]));
  const needed =
    [...blobs.values()].reduce((sum, bytes) => sum + bytes, 0) - bytesOfParts(folder, new Set(blobs.keys()));
  const { blocks, bavail, bsize } = attempt(folder, () => statfsSync(folder));
  if (blocks === 0 || needed <= bavail * bsize) return; // file systems without a size say 0
  throw new FileError(
    `${folder}: has room for ${bavail * bsize} bytes but ${needed} are missing; free some, or name another cache (HF_HUB_CACHE).`,
    { path: folder },
  );
}
