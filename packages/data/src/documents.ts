// Documents: their order, their split into training and evaluation, and their joining.
import { knownOnly, OptionError, shown } from '@twilljs/tensor';
import { checkDocuments } from './check.ts';
import { firstTenths } from './cut.ts';
import { type Lengths, type Parts, type SplitOptions, type SplitParts, splitLengths } from './split.ts';

/** A text with a name, as bytes. */
export interface Document {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What stands between two documents. */
export const SEPARATOR = '\n\n';

/** Orders names as people do: runs of digits by their value, so chapter_2 comes before chapter_10; all else by code unit. */
export function naturalOrder(a: string, b: string): number {
  for (const name of [a, b]) {
    if (typeof name !== 'string') throw new OptionError(`naturalOrder: ${shown(name)} is no name; give strings.`);
  }
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const order = compareRuns(left[i], right[i]);
    if (order !== 0) return order;
  }
  return left.length - right.length || compare(a, b);
}

function compareRuns(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return compare(a, b);
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return x.length - y.length || compare(x, y);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Two sides of a text: nothing of one is in the other. */
export interface Split {
  readonly train: Document[];
  readonly evaluation: Document[];
  /** Whether documents were cut. */
  readonly within: boolean;
}

/**
 * Splits a text into what is trained on and what is kept for evaluation. Many documents stay whole: of every `every` the last
 * is for evaluation (index i with i % every = every - 1). Few are cut, before a character: the last 1 / every of each is for
 * evaluation. A document of a byte or two, which cannot be cut, is trained on; one without any is on no side.
 *
 * @throws OptionError when either side would be empty.
 */
export function splitDocuments(documents: readonly Document[], options: SplitOptions = {}): Split {
  knownOnly('splitDocuments', options, ['every', 'within']);
  checkDocuments('splitDocuments: documents', documents);
  return splitInto(documents, splitLengths(lengthsOf(documents), options));
}

/** The documents of the two sides, by their parts. */
export function splitInto(documents: readonly Document[], { train, evaluation, within }: SplitParts): Split {
  const side = (parts: Parts, isTail: boolean) =>
    Array.from(parts.documents.subarray(0, parts.count), (document, i) => {
      const { name, bytes } = documents[document];
      const from = isTail ? bytes.length - parts.lengths[i] : 0;
      const to = from + parts.lengths[i];
      if (to - from === bytes.length) return documents[document];
      return { name: partName(name, from, to), bytes: bytes.subarray(from, to) };
    });
  return { train: side(train, false), evaluation: side(evaluation, within), within };
}

/** Of ids, or bytes, [from, to) of a document. */
export const partName = (name: string, from: number, to: number): string => `${name}[${from}..${to}]`;

export function lengthsOf(documents: readonly Document[]): Lengths {
  return {
    count: documents.length,
    each: () => documents.map(({ bytes }) => bytes.length),
    cuts: (every) => documents.map(({ bytes }) => firstTenths(bytes.length, every, (at) => bytes[at])),
    describe: () =>
      sizeOf(
        documents.length,
        documents.reduce((sum, { bytes }) => sum + bytes.length, 0),
        documents[0]?.name,
      ),
  };
}

/** `one.txt has 1 byte`, `3 documents have 4 bytes in all`. */
export function sizeOf(documents: number, bytes: number, first: string | undefined): string {
  const has = `${bytes} byte${bytes === 1 ? '' : 's'}`;
  return documents === 1 ? `${first} has ${has}` : `${documents} documents have ${has} in all`;
}

/** All documents in one stream of bytes, two newlines between neighbours. */
export function joinDocuments(documents: readonly Document[]): Uint8Array {
  checkDocuments('joinDocuments: documents', documents);
  const separator = new TextEncoder().encode(SEPARATOR);
  const gaps = Math.max(0, documents.length - 1) * separator.length;
  const joined = new Uint8Array(documents.reduce((n, d) => n + d.bytes.length, gaps));
  let at = 0;
  documents.forEach(({ bytes }, i) => {
    if (i > 0) {
      joined.set(separator, at);
      at += separator.length;
    }
    joined.set(bytes, at);
    at += bytes.length;
  });
  return joined;
}

/** Where in that stream each document begins: what stands between two belongs to the first. Documents without a byte are left out. */
export function documentBegins(documents: readonly Document[]): Int32Array {
  checkDocuments('documentBegins: documents', documents);
  const begins: number[] = [];
  let at = 0;
  for (const { bytes } of documents) {
    if (bytes.length > 0) begins.push(at);
    at += bytes.length + SEPARATOR.length;
  }
  return Int32Array.from(begins);
}
