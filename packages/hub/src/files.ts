// Files on disk: whole reads, atomic writes, and errors that say what is in the way.
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FileError } from '@twilljs/tensor';
import { allocate, cutShort, decodeText, requireSmall } from './sources/source.ts';

/** Largest part of one system call; Linux moves no more than 2 GiB at a time. */
export const LARGEST_PART = 2 ** 30;

/** What the operating system's code means, and what to do about it. */
const meanings: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist; check the path',
  ENOTDIR: 'has a file where its path needs a directory; check the path',
  EISDIR: 'is a directory where a file is needed; name a file',
  EEXIST: 'is a file where a directory is needed; choose another path',
  EACCES: 'is not accessible to this user; change its permissions or choose another path',
  EPERM: 'is not accessible to this user; change its permissions or choose another path',
  EROFS: 'is on a read-only file system; choose another path',
  ENOSPC: 'cannot be written, no space is left on the device; free some and run again',
  EDQUOT: 'cannot be written, the disk quota is used up; free some and run again',
  EFBIG: 'cannot be written, it would pass the allowed file size; raise the limit or choose another path',
  EMFILE: 'cannot be opened, too many files are open; close some or raise the limit',
  ENAMETOOLONG: 'has too long a name; choose a shorter one',
  ELOOP: 'is a symbolic link to itself; correct the link',
  EIO: 'cannot be read or written, the device reports an error; check the disk',
};

/** A FileError from what the operating system reports. */
export function fileError(error: unknown, path: string): FileError {
  const { code, message } = error as NodeJS.ErrnoException;
  const meaning = (code !== undefined && meanings[code]) || `failed (${message})`;
  return new FileError(`${path}: ${meaning}.`, { cause: error, path });
}

/** Runs a call of the file system and gives its errors a clear message. */
export function attempt<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof FileError ? error : fileError(error, path);
  }
}

/** Runs `use` with the descriptor and the size of a regular file, which is closed afterwards. Opens nothing else: a pipe waits. */
export function withFile<T>(path: string, use: (file: { fd: number; size: number }) => T): T {
  return attempt(path, () => {
    const facts = statSync(path);
    if (facts.isDirectory()) throw Object.assign(new Error('directory'), { code: 'EISDIR' });
    if (!facts.isFile()) throw new FileError(`${path}: is no regular file; name a file on disk.`);
    const fd = openSync(path, 'r');
    try {
      return use({ fd, size: fstatSync(fd).size });
    } finally {
      closeSync(fd);
    }
  });
}

function readRange(fd: number, begin: number, end: number, path: string): Uint8Array {
  const bytes = allocate(end - begin, path);
  for (let at = 0; at < bytes.length; ) {
    const count = readSync(fd, bytes, at, Math.min(bytes.length - at, LARGEST_PART), begin + at);
    if (count === 0) throw cutShort(path, begin + at, end);
    at += count;
  }
  return bytes;
}

/** All bytes of a file. @throws FileError when it is missing, a directory, unreadable or larger than memory. */
export function readFile(path: string): Uint8Array {
  return withFile(path, ({ fd, size }) => readRange(fd, 0, size, path));
}

/** The text of a UTF-8 file. @throws FileError as `readFile`, and when it is not UTF-8 or above 128 MiB. */
export function readText(path: string): string {
  return withFile(path, ({ fd, size }) => {
    requireSmall(size, path);
    return decodeText(readRange(fd, 0, size, path), path);
  });
}

/** Names in a directory, sorted. @throws FileError when it is missing or a file. */
export function listDirectory(path: string): string[] {
  return attempt(path, () => {
    if (existsSync(path) && !statSync(path).isDirectory()) {
      throw Object.assign(new Error('file'), { code: 'EEXIST' });
    }
    return readdirSync(path).sort();
  });
}

/** Makes a directory and those above it, as needed. @throws FileError when a file is in the way or it cannot be made. */
export function makeDirectory(path: string): void {
  attempt(path, () => {
    if (existsSync(path) && statSync(path).isDirectory()) return;
    // One by one: mkdir's own `recursive` never returns where a system answers ENOENT though the parent is there (/proc).
    const above = dirname(path);
    if (!existsSync(above)) makeDirectory(above);
    try {
      mkdirSync(path);
    } catch (error) {
      const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(path).isDirectory();
      if (!isThere) throw error; // another process may have made it meanwhile
    }
  });
}

/**
 * Replaces a file as a whole: whoever looks, at any moment and after any crash, finds the old contents or the new.
 *
 * The bytes go to a temporary file beside it, are flushed to disk, and the name moves. A failure leaves the old file as
 * it was and no temporary file.
 *
 * @param contents Text, bytes, or parts that follow each other.
 * @throws FileError when the directory is missing or not writable, the path is a directory, or the disk is full.
 */
export function writeAtomic(path: string, contents: string | Uint8Array | Iterable<Uint8Array>): void {
  const directory = dirname(path);
  const temporary = temporaryOf(path);
  attempt(path, () => {
    if (!existsSync(directory)) throw new FileError(`${path}: its directory ${directory} does not exist; create it.`);
    if (existsSync(path) && statSync(path).isDirectory())
      throw Object.assign(new Error('directory'), { code: 'EISDIR' });
    try {
      writeThrough(temporary, partsOf(contents));
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    flushDirectory(directory);
    removeAbandoned(directory, (name) => name === basename(path));
  });
}

function partsOf(contents: string | Uint8Array | Iterable<Uint8Array>): Iterable<Uint8Array> {
  if (typeof contents === 'string') return [new TextEncoder().encode(contents)];
  return ArrayBuffer.isView(contents) ? [contents] : contents;
}

function writeThrough(path: string, parts: Iterable<Uint8Array>): void {
  const fd = openSync(path, 'w');
  try {
    for (const part of parts) {
      for (let at = 0; at < part.length; ) at += writeSync(fd, part, at, Math.min(part.length - at, LARGEST_PART));
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes the rename itself durable. Windows opens no directories and needs no flush. */
export function flushDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Where the bytes of a file stand until they are whole. */
export const temporaryOf = (path: string): string => join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);

/** Removes temporary files, of files with such names, that killed processes left behind. */
export function removeAbandoned(directory: string, isOurs: (name: string) => boolean): void {
  for (const entry of readdirSync(directory)) {
    const [, name, pid] = /^\.(.+)\.(\d+)\.tmp$/.exec(entry) ?? [];
    if (name !== undefined && isOurs(name) && !isAlive(Number(pid))) rmSync(join(directory, entry), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
