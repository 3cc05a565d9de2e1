// Files on disk, read by position.
import { fstatSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError } from '@twilljs/tensor';
import { fileError, LARGEST_PART, listDirectory, withFile } from '../files.ts';
import { cutShort, type Folder, type Source } from './source.ts';

/**
 * A regular file. It is open only while it is read, and must stay the file that it was.
 *
 * @throws FileError when it is missing, a directory or unreadable.
 */
export function diskSource(path: string): Source {
  const { size, ino, mtimeMs } = withFile(path, ({ fd }) => fstatSync(fd));
  return {
    name: path,
    size,
    async read(from, into) {
      try {
        const file = await open(path, 'r');
        try {
          const now = await file.stat();
          if (now.ino !== ino || now.mtimeMs !== mtimeMs || now.size !== size)
            throw new FileError(`${path}: was changed while being read; load it again.`, { path });
          for (let at = 0; at < into.length; ) {
            const { bytesRead } = await file.read(into, at, Math.min(into.length - at, LARGEST_PART), from + at);
            if (bytesRead === 0) throw cutShort(path, from + at, from + into.length);
            at += bytesRead;
          }
        } finally {
          await file.close();
        }
      } catch (error) {
        throw error instanceof FileError ? error : fileError(error, path);
      }
    },
  };
}

/** @throws FileError when it is missing or a file. */
export function diskFolder(path: string): Folder {
  const names = listDirectory(path);
  return {
    name: path,
    names,
    open: async (name) => (names.includes(name) ? diskSource(join(path, name)) : null),
  };
}
