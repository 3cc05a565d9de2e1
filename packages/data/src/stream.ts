// Texts one after the other, none of them as a whole: for what reads a corpus once and keeps nothing of it.
import { knownOnly } from '@twilljs/tensor';
import { findFiles } from './find.ts';
import type { Piece } from './formats/pieces.ts';
import { readFile } from './formats/read-file.ts';
import { checkPatterns, checkReading, type ReadOptions } from './read.ts';

export interface StreamOptions extends ReadOptions {
  /** Told of bytes of the files, as they lie, that were read, and of all of them. */
  onRead?(read: number, of: number): void;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** Characters that are given at once, about. */
const PART = 2 ** 20;

/**
 * The texts of files as strings: documents, and of long ones parts, cut before the white space behind a letter where there is such a
 * place.
 *
 * @param patterns as `readDocuments` takes them.
 * @throws FileError as `readDocuments` does, while it is read.
 */
export async function* streamTexts(
  patterns: string | readonly string[],
  options: StreamOptions = {},
): AsyncGenerator<string> {
  knownOnly('streamTexts', options, ['format', 'column', 'onBadLine', 'note', 'onRead', 'signal']);
  const { format, note = () => {}, onRead = () => {}, signal = new AbortController().signal, ...rows } = options;
  const list = checkPatterns('streamTexts', patterns);
  checkReading('streamTexts', options);
  const files = await findFiles(list, { format, note });
  const of = files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const read = (bytes: number) => {
    done += bytes;
    onRead(done, of);
  };
  for (const file of files) yield* partsOf(readFile(file, { ...rows, signal, note, read }));
}

async function* partsOf(pieces: AsyncIterable<readonly Piece[]>): AsyncGenerator<string> {
  let decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let held = '';
  for await (const batch of pieces) {
    for (const { text, ends } of batch) {
      held += typeof text === 'string' ? text : decoder.decode(text, { stream: true });
      while (held.length > 2 * PART) {
        const at = placeIn(held);
        yield held.slice(0, at);
        held = held.slice(at);
      }
      if (!ends) continue;
      held += decoder.decode();
      if (held !== '') yield held;
      [held, decoder] = ['', new TextDecoder('utf-8', { ignoreBOM: true })];
    }
  }
}

/** Between a letter and white space, or at least between two characters. */
function placeIn(text: string): number {
  for (let at = PART; at > PART / 2; at--) if (/^\p{L}\s$/u.test(text.slice(at - 1, at + 1))) return at;
  return (text.charCodeAt(PART) & 0xfc00) === 0xdc00 ? PART - 1 : PART;
}
