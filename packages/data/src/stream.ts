// Texts one after the other, none of them as a whole: for what reads a corpus once and keeps nothing of it.
import { knownOnly } from '@twilljs/tensor';
import { findFiles } from './find.ts';
import type { Piece } from './formats/pieces.ts';
import { readFile } from './formats/read-file.ts';
import { checkPatterns, checkReading, type ReadOptions } from './read.ts';
import { notText, strictUtf8 } from './refused.ts';
import { Piped, requireColumns, STANDARD_INPUT } from './standard-input.ts';
import { pathsOf, type TextsOptions } from './texts.ts';

/** How texts come from a stream, and who is told how far they are. */
export interface StreamOptions extends ReadOptions {
  /** Told of bytes of the files, as they lie, that were read, and of all of them; null where some come through a pipe. */
  onRead?(read: number, of: number | null): void;
  /** Gives the files of a data set of the Hub, as of `readTexts`. */
  readonly dataset?: TextsOptions['dataset'];
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** Characters that are given at once, about. */
const PART = 2 ** 20;

/**
 * The texts of files as strings: documents, and of long ones parts, cut before the white space behind a letter where there is such a
 * place.
 *
 * @param patterns as `readDocuments` takes them; `-` is standard input.
 * @throws FileError as `readDocuments` does, while it is read.
 */
export async function* streamTexts(
  patterns: string | readonly string[],
  options: StreamOptions = {},
): AsyncGenerator<string> {
  knownOnly('streamTexts', options, ['format', 'column', 'onBadLine', 'note', 'onRead', 'dataset', 'signal']);
  const { format, note = () => {}, onRead = () => {}, dataset, ...given } = options;
  const { signal = new AbortController().signal, ...rows } = given;
  const list = checkPatterns('streamTexts', patterns);
  checkReading('streamTexts', options);
  const paths = await pathsOf(list, dataset);
  const files = paths.length > 0 ? await findFiles(paths, { format, note }) : [];
  if (paths.length === 0) requireColumns(format, rows.column);
  const isPiped = list.includes(STANDARD_INPUT);
  const of = isPiped ? null : files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const read = (bytes: number) => {
    done += bytes;
    onRead(done, of);
  };
  for (const file of files) yield* partsOf(file.name, readFile(file, { ...rows, signal, note, read }));
  if (!isPiped) return;
  const piped = await Piped.open('--data', 0, signal, format);
  yield* partsOf(piped.name, piped.pieces(rows, { read, note }));
}

async function* partsOf(name: string, pieces: AsyncIterable<readonly Piece[]>): AsyncGenerator<string> {
  let decoder = strictUtf8();
  const decoded = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch (error) {
      throw notText(name, error);
    }
  };
  let held = '';
  for await (const batch of pieces) {
    for (const { text, ends } of batch) {
      held += typeof text === 'string' ? text : decoded(text);
      while (held.length > 2 * PART) {
        const at = placeIn(held);
        yield held.slice(0, at);
        held = held.slice(at);
      }
      if (!ends) continue;
      held += decoded();
      if (held !== '') yield held;
      [held, decoder] = ['', strictUtf8()];
    }
  }
}

/** Between a letter and white space, or at least between two characters. */
function placeIn(text: string): number {
  for (let at = PART; at > PART / 2; at--) if (/^\p{L}\s$/u.test(text.slice(at - 1, at + 1))) return at;
  return (text.charCodeAt(PART) & 0xfc00) === 0xdc00 ? PART - 1 : PART;
}
