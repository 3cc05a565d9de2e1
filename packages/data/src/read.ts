// Documents from files, directories and glob patterns, all of them in memory.
import { knownOnly, OptionError, oneOf, shown } from '@twilljs/tensor';
import type { Document } from './documents.ts';
import { findFiles } from './find.ts';
import { formats, isText } from './formats/kind.ts';
import { checkRows, type Piece, type RowOptions } from './formats/pieces.ts';
import { type ReadFileOptions, readFile, type TextFile } from './formats/read-file.ts';
import type { Reading } from './reading.ts';
import { refused } from './refused.ts';

/** How files are read, and who is told of what was left out. */
export interface ReadOptions extends Omit<Reading, 'bos' | 'eos'> {
  /** Told, a line each, of what is there and is not read: other names of the same file, what is no file, and lines that are bad. */
  note?(line: string): void;
}

/**
 * Reads files: a document is a text, a line of JSON, or a row of a table. Documents of files stand in natural order of the names
 * (chapter_2 before chapter_10), every file once, whatever the order of the arguments and however many names and links lead to it.
 *
 * @param patterns Paths, directories, or glob patterns with `*`, `**`, `?`, `[...]`, `{a,b}`. Hidden files must be named.
 * @returns documents named by the path from the working directory, those of one file with their number.
 * @throws FileError when a path is missing or cannot be read, a pattern matches no file, a column is missing, a line is bad, or
 * nothing holds a byte.
 */
export async function readDocuments(
  patterns: string | readonly string[],
  options: ReadOptions = {},
): Promise<Document[]> {
  knownOnly('readDocuments', options, ['format', 'column', 'onBadLine', 'note']);
  const { format, note = () => {}, ...rows } = options;
  const list = checkPatterns('readDocuments', patterns);
  checkReading('readDocuments', options);
  const files = await findFiles(list, { format, note });
  const documents = await readAll(files, { ...rows, signal: new AbortController().signal, note });
  if (documents.every(({ bytes }) => bytes.length === 0)) throw nothingIn(list, files.length);
  return documents;
}

/** All documents of files. */
export async function readAll(files: readonly TextFile[], options: Omit<ReadFileOptions, 'read'>): Promise<Document[]> {
  const documents: Document[] = [];
  for (const file of files) {
    const texts = await collected(readFile(file, { ...options, read: () => {} }));
    for (const [i, bytes] of texts.entries()) {
      documents.push({ name: isText(file.format) ? file.name : `${file.name}:${i + 1}`, bytes });
    }
  }
  return documents;
}

/** @throws OptionError for what are no paths and no patterns. */
export function checkPatterns(where: string, patterns: unknown): readonly string[] {
  const list: unknown = typeof patterns === 'string' ? [patterns] : patterns;
  if (!Array.isArray(list) || list.some((pattern) => typeof pattern !== 'string')) {
    throw new OptionError(`${where}: ${shown(patterns)} are no paths; give a string or a list of strings.`);
  }
  if (list.length === 0) throw new OptionError(`${where}: no path and no pattern; give at least one.`);
  return list;
}

export function checkReading(where: string, options: Pick<ReadOptions, 'format'> & RowOptions): void {
  if (options.format !== undefined) oneOf(`${where}: format`, options.format, formats);
  checkRows(where, options);
}

export function nothingIn(patterns: readonly string[], files: number): Error {
  const count = `${files} file${files === 1 ? '' : 's'}`;
  return refused(patterns[0], `${patterns.join(', ')} holds ${count} and no byte; give files with text.`);
}

/** Whole documents. */
async function collected(pieces: AsyncIterable<readonly Piece[]>): Promise<Uint8Array[]> {
  const encoder = new TextEncoder();
  const documents: Uint8Array[] = [];
  let parts: Uint8Array[] = [];
  for await (const batch of pieces) {
    for (const { text, ends } of batch) {
      parts.push(typeof text === 'string' ? encoder.encode(text) : text);
      if (!ends) continue;
      const { buffer, byteOffset, byteLength } = Buffer.concat(parts);
      documents.push(new Uint8Array(buffer, byteOffset, byteLength));
      parts = [];
    }
  }
  return documents;
}
