// Makes a shard of documents that are read from anywhere.
import { dirname } from 'node:path';
import { FileError, isTwillError } from '@twilljs/tensor';
import { makeDirectories } from '../cache.ts';
import type { Piece } from '../formats/pieces.ts';
import { notText } from '../refused.ts';
import type { Encoding } from './encode.ts';
import { ShardWriter } from './write.ts';

/** How far the reading of a text has come. */
export interface ReadingProgress {
  /** Files are compared with those that a shard was made of, or become tokens. */
  readonly doing: 'comparing' | 'tokenising';
  /** Bytes of the files, as they lie, that were read; and of all of them, null where nobody knows. */
  readonly read: number;
  readonly of: number | null;
  /** Made so far. */
  readonly tokens: number;
  readonly seconds: number;
  /** Nothing more comes of what is being done. */
  readonly isLast: boolean;
}

/** Documents that follow each other in one file. */
export interface Source {
  /** For messages. */
  readonly name: string;
  pieces(options: { read(bytes: number): void; note(line: string): void }): AsyncIterable<readonly Piece[]>;
}

export interface MakeOptions {
  readonly sources: readonly Source[];
  readonly encoding: Encoding;
  /** Where the last tenth of a document begins is found out for all of them, or for the first few. */
  readonly cuts: 'all' | 'few';
  /** Bytes of all sources. */
  readonly of: number | null;
  onProgress?: ((progress: ReadingProgress) => void) | undefined;
}

/** Texts that are split within: where there are more, whole documents are kept. */
const FEW = 10;

/** Between two words about progress, in milliseconds. */
const PAUSE = 200;

/**
 * Writes a shard. Until all of it is on disk, what stood there before stays.
 *
 * @throws FileError where it cannot be written; what the sources throw.
 */
export async function makeShard(path: string, options: MakeOptions): Promise<void> {
  const { sources, encoding, cuts, of, onProgress } = options;
  const directory = dirname(path);
  const writer = inCache(directory, () => {
    makeDirectories(directory);
    return new ShardWriter(path, encoding.width);
  });
  const notes: string[] = [];
  const tell = progressOf('tokenising', of, onProgress);
  let texts = 0;
  try {
    const encoder = encoding.encoder(writer);
    for (const source of sources) {
      writer.beginFile();
      const pieces = source.pieces({ read: (bytes) => tell(bytes, writer.tokens), note: (line) => notes.push(line) });
      for await (const batch of pieces) {
        for (const { text, ends } of batch) {
          inCache(directory, () => {
            asText(source.name, () => encoder.add(text));
            if (!ends) return;
            const before = writer.texts;
            asText(source.name, () => encoder.end(cuts === 'all' || texts < FEW));
            texts += writer.texts - before;
          });
        }
      }
    }
    const { tokens } = writer;
    inCache(directory, () => writer.finish(notes));
    tell(0, tokens, true);
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

/** @throws FileError naming what is no text. */
function asText(name: string, encode: () => void): void {
  try {
    encode();
  } catch (error) {
    throw notText(name, error);
  }
}

/** Tells now and then of bytes that were read. */
export function progressOf(
  doing: ReadingProgress['doing'],
  of: number | null,
  onProgress: ((progress: ReadingProgress) => void) | undefined,
): (bytes: number, tokens: number, isLast?: boolean) => void {
  const began = performance.now();
  let [read, told] = [0, began];
  return (bytes, tokens, isLast = false) => {
    read += bytes;
    const now = performance.now();
    if (!onProgress || (now - told < PAUSE && !isLast)) return;
    told = now;
    onProgress({ doing, read: isLast && of !== null ? of : read, of, tokens, seconds: (now - began) / 1000, isLast });
  };
}

/** Errors of the system become those of the cache. */
export function inCache<T>(directory: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (isTwillError(error) || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new FileError(
      `${directory}: tokens cannot be kept there, ${(error as Error).message}; free some space, or name another directory by TWILL_CACHE.`,
      { cause: error, path: directory },
    );
  }
}
