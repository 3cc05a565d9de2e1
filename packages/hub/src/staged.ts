// Files that take their places together, once all of them are whole and on the disk.
import { renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  attempt,
  fileError,
  flushDirectory,
  LARGEST_PART,
  makeDirectory,
  removeAbandoned,
  temporaryOf,
} from './files.ts';

/** Until `commit` they have temporary names; what is not committed is removed with it. */
export class StagedFiles {
  private readonly directory: string;
  private readonly names: string[] = [];

  /** @param directory which exists. */
  constructor(directory: string) {
    this.directory = directory;
  }

  /** Writes a file and flushes it to the disk. @throws FileError when it cannot be, with the path that it was to have. */
  async add(name: string, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const path = join(this.directory, name);
    this.names.push(name);
    const file = await tried(path, () => open(temporaryOf(path), 'w'));
    try {
      for await (const part of parts) await tried(path, () => writeAll(file, part)); // what the parts throw is not the disk's
      await tried(path, () => file.sync());
    } finally {
      await file.close();
    }
  }

  /**
   * Moves the files to their names, in the order in which they came.
   *
   * @param stale files that have no meaning any more.
   * @param binding a file that binds old ones together, some of which are replaced: it goes first, so that a crash leaves no mixture that
   * looks whole.
   */
  commit(stale: Iterable<string>, binding: string | null): void {
    if (binding !== null) {
      const path = join(this.directory, binding);
      attempt(path, () => rmSync(path, { force: true }));
      attempt(this.directory, () => flushDirectory(this.directory));
    }
    for (const path of this.names.map((name) => join(this.directory, name))) {
      attempt(path, () => renameSync(temporaryOf(path), path));
    }
    attempt(this.directory, () => flushDirectory(this.directory));
    for (const name of stale) attempt(join(this.directory, name), () => rmSync(join(this.directory, name)));
  }

  [Symbol.dispose](): void {
    for (const name of this.names) rmSync(temporaryOf(join(this.directory, name)), { force: true });
  }
}

/**
 * Writes files of one directory, which is made where it is not there: all are flushed under temporary names before the first takes its own.
 *
 * @throws FileError when it cannot be; the old files are as they were then.
 */
export async function writeTogether(directory: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  makeDirectory(directory);
  using staged = new StagedFiles(directory);
  for (const [name, bytes] of files) await staged.add(name, [bytes]);
  staged.commit([], null);
  removeAbandoned(directory, (name) => files.has(name));
}

async function tried<T>(path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw fileError(error, path);
  }
}

async function writeAll(file: FileHandle, part: Uint8Array): Promise<void> {
  for (let at = 0; at < part.length; )
    at += (await file.write(part, at, Math.min(part.length - at, LARGEST_PART))).bytesWritten;
}
