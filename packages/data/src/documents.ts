// Documents: their order, their split into training and evaluation, and their joining.
import { OptionError, whole } from '@twilljs/tensor';

/** A text with a name, as bytes. */
export interface Document {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What stands between two documents. */
const SEPARATOR = '\n\n';

/** Orders names as people do: runs of digits by their value, so chapter_2 comes before chapter_10; all else by code unit. */
export function naturalOrder(a: string, b: string): number {
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

/**
 * Splits by document: of every `every` documents the last is for evaluation (index i with i % every = every - 1).
 * A single document is split by bytes instead: its last part, 1 / every of it, is for evaluation, cut before a character.
 *
 * @param every Default 10.
 * @throws OptionError when either side would be empty.
 */
export function splitDocuments(
  documents: readonly Document[],
  { every = 10 }: { every?: number } = {},
): { train: Document[]; evaluation: Document[] } {
  whole('splitDocuments: every', every, 2);
  if (documents.length === 1) return splitBytes(documents[0], every);
  if (documents.length < every) {
    throw new OptionError(
      `splitDocuments: ${documents.length} documents leave none for evaluation when it takes every ${every}th; ` +
        (documents.length === 0 ? 'give documents.' : `give more documents or every = 2..${documents.length}.`),
    );
  }
  return {
    train: documents.filter((_, i) => i % every !== every - 1),
    evaluation: documents.filter((_, i) => i % every === every - 1),
  };
}

function splitBytes({ name, bytes }: Document, every: number): { train: Document[]; evaluation: Document[] } {
  let cut = bytes.length - Math.ceil(bytes.length / every);
  while (cut > 0 && (bytes[cut] & 0xc0) === 0x80) cut--; // the following bytes of a UTF-8 character are 10xxxxxx
  if (cut < 1 || cut >= bytes.length) {
    throw new OptionError(`splitDocuments: ${name} has ${bytes.length} bytes, too few to split; give a longer text.`);
  }
  return {
    train: [{ name: `${name}[0..${cut}]`, bytes: bytes.subarray(0, cut) }],
    evaluation: [{ name: `${name}[${cut}..${bytes.length}]`, bytes: bytes.subarray(cut) }],
  };
}

/** All documents in one stream of bytes, two newlines between neighbours. */
export function joinDocuments(documents: readonly Document[]): Uint8Array {
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
