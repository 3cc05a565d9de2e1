// Documents from files and glob patterns.
import { readFile, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { FileError, OptionError } from '@twilljs/tensor';
import { glob, isDynamicPattern } from 'tinyglobby';
import { type Document, naturalOrder } from './documents.ts';

/**
 * Reads files. Each becomes a document, named by its path from the working directory; the list is in natural order of
 * the names (chapter_2 before chapter_10) and has every file once, whatever the order of the arguments.
 *
 * @param patterns Paths, or glob patterns with `*`, `**`, `?`, `[...]`, `{a,b}`. Hidden files must be named.
 * @throws FileError when a path is missing, is a directory or cannot be read, a pattern matches no file, or all files are empty.
 */
export async function readDocuments(patterns: string | readonly string[]): Promise<Document[]> {
  const list = typeof patterns === 'string' ? [patterns] : patterns;
  if (list.length === 0) throw new OptionError('readDocuments: no path and no pattern; give at least one.');
  const paths = new Set<string>();
  for (const pattern of list) for (const path of await filesOf(pattern)) paths.add(path);
  const names = [...paths].map(nameOf).sort(naturalOrder);
  const documents: Document[] = [];
  for (const name of names) documents.push({ name, bytes: await readBytes(name) });
  if (documents.every(({ bytes }) => bytes.length === 0)) {
    throw new FileError(`data: ${list.join(', ')} holds ${documents.length} files and no byte; give files with text.`);
  }
  return documents;
}

/** Absolute paths of the files that a path or pattern stands for. */
async function filesOf(pattern: string): Promise<string[]> {
  const found = await stat(pattern).catch((error: NodeJS.ErrnoException) => error);
  if (!(found instanceof Error)) {
    if (found.isDirectory()) {
      const inside = pattern.replace(/\/+$/, '');
      throw new FileError(`data: ${pattern} is a directory, not a file; write '${inside}/**' for all files in it.`);
    }
    return [resolve(pattern)];
  }
  if (!isDynamicPattern(pattern)) throw unreadable(pattern, found);
  const matches = await glob(pattern, { absolute: true, expandDirectories: false });
  if (matches.length === 0) {
    throw new FileError(`data: the pattern ${pattern} matches no file; check it, from ${process.cwd()}.`);
  }
  return matches.map((path) => resolve(path));
}

/** The path from the working directory, with forward slashes. */
function nameOf(path: string): string {
  return relative(process.cwd(), path).replaceAll('\\', '/');
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const { buffer, byteOffset, byteLength } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw unreadable(path, error as NodeJS.ErrnoException);
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException): FileError {
  if (error.code === 'ENOENT') return new FileError(`data: ${path} does not exist; check the path.`);
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new FileError(`data: ${path} cannot be read, permission denied; change its permissions.`);
  }
  return new FileError(`data: ${path} cannot be read, ${error.message}; check the file.`);
}
