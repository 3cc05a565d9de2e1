// All documents of one file, whatever it holds.
import { open } from 'node:fs/promises';
import { isTwillError } from '@twilljs/tensor';
import { refused, unreadable } from '../refused.ts';
import { decompressed, partsOf } from './bytes.ts';
import { csv } from './csv.ts';
import { jsonl } from './jsonl.ts';
import { type Compression, type Format, isText, usualColumn } from './kind.ts';
import { parquet } from './parquet.ts';
import { BadLines, type Piece, type RowOptions } from './pieces.ts';

/** A file that holds documents. */
export interface TextFile {
  readonly path: string;
  /** For people. */
  readonly name: string;
  readonly format: Format;
  readonly compression: Compression | null;
  readonly size: number;
}

export interface ReadFileOptions extends RowOptions {
  readonly signal: AbortSignal;
  /** Told of bytes of the file that were read. */
  read(bytes: number): void;
  /** Told at the end what was left out. */
  note(line: string): void;
}

const [COMMA, TAB] = [44, 9];

/** Formats that are read by position, which a compressed file or a pipe has not. */
const byPosition: readonly Format[] = ['parquet'];

/**
 * The documents of a file, in parts.
 *
 * @throws FileError when it cannot be read, is broken, has no such column, or has a bad line and such lines are refused.
 */
export async function* readFile(file: TextFile, options: ReadFileOptions): AsyncGenerator<readonly Piece[]> {
  const { path, name, format, compression, size } = file;
  // Those of /proc say that they have no byte, and some of them make a reader wait.
  if (size === 0 && isText(format) && compression === null) {
    yield [{ text: '', ends: true }];
    return;
  }
  const { signal, read } = options;
  const handle = await open(path).catch((error) => {
    throw unreadable(name, error);
  });
  try {
    const bad = new BadLines(name, options.onBadLine);
    if (byPosition.includes(format)) {
      if (compression !== null) throw refused(name, `${name}: ${format} is compressed inside; decompress the file.`);
      yield* parquet({ handle, size, read }, bad, options.column ?? usualColumn);
    } else yield* readStream(decompressed(partsOf(handle, read, signal), compression), format, bad, options);
    for (const line of bad.note) options.note(line);
  } catch (error) {
    if (isTwillError(error) || signal.aborted) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== undefined && /^E[A-Z]+$/.test(code)) throw unreadable(name, error as Error);
    throw refused(name, `${name} is broken, ${message}; get it anew.`, error);
  } finally {
    await handle.close();
  }
}

/** The documents of a stream of bytes. */
export function readStream(
  bytes: AsyncIterable<Uint8Array>,
  format: Format,
  bad: BadLines,
  { column = usualColumn }: RowOptions,
): AsyncGenerator<readonly Piece[]> {
  if (format === 'jsonl') return jsonl(bytes, bad, column);
  if (format === 'csv' || format === 'tsv') return csv(bytes, bad, column, format === 'csv' ? COMMA : TAB);
  return wholeText(bytes);
}

async function* wholeText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Piece[]> {
  for await (const text of bytes) yield [{ text, ends: false }];
  yield [{ text: '', ends: true }];
}
