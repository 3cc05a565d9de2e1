// Documents: their order, their split into training and evaluation, and their joining.
import { knownOnly, OptionError, shown, whole } from '@twilljs/tensor';
import { checkDocuments } from './check.ts';

/** A text with a name, as bytes. */
export interface Document {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What stands between two documents. */
const SEPARATOR = '\n\n';

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

export interface SplitOptions {
  /** One part in so many is for evaluation. Default 10. */
  every?: number;
  /**
   * Take the last part of every document instead of whole documents.
   * Default: where fewer than `every` documents hold text, or whole ones would leave one side without any.
   */
  within?: boolean;
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
  const { every = 10, within } = options;
  whole('splitDocuments: every', every, 2);
  checkDocuments('splitDocuments: documents', documents);
  const entire = wholeDocuments(documents, every);
  const isFew =
    documents.filter(hasText).length < every || !entire.train.some(hasText) || !entire.evaluation.some(hasText);
  const split = (within ?? isFew) ? cutDocuments(documents, every) : entire;
  if (split.train.some(hasText) && split.evaluation.some(hasText)) return split;
  const { train, evaluation } = cutDocuments(documents, every);
  if (!split.within && train.length > 0 && evaluation.length > 0) {
    const side = entire.evaluation.some(hasText) ? 'for training' : 'for evaluation';
    const what = `whole documents, of every ${every} the last for evaluation, leave no text ${side}`;
    throw new OptionError(`splitDocuments: ${what}; let them be cut (within).`);
  }
  throw new OptionError(`splitDocuments: ${tooShort(documents)}, too few to split; give a longer text.`);
}

const hasText = ({ bytes }: Document): boolean => bytes.length > 0;

function wholeDocuments(documents: readonly Document[], every: number): Split {
  const isKept = (_: Document, i: number) => i % every === every - 1;
  return {
    train: documents.filter((document, i) => !isKept(document, i)),
    evaluation: documents.filter(isKept),
    within: false,
  };
}

function cutDocuments(documents: readonly Document[], every: number): Split {
  const train: Document[] = [];
  const evaluation: Document[] = [];
  for (const document of documents.filter(hasText)) {
    const { name, bytes } = document;
    let cut = bytes.length - Math.ceil(bytes.length / every);
    while (cut > 0 && (bytes[cut] & 0xc0) === 0x80) cut--; // the following bytes of a UTF-8 character are 10xxxxxx
    if (cut === 0) {
      train.push(document);
      continue;
    }
    train.push({ name: `${name}[0..${cut}]`, bytes: bytes.subarray(0, cut) });
    evaluation.push({ name: `${name}[${cut}..${bytes.length}]`, bytes: bytes.subarray(cut) });
  }
  return { train, evaluation, within: true };
}

/** `one.txt has 1 byte`, `3 documents have 4 bytes in all`. */
function tooShort(documents: readonly Document[]): string {
  const total = documents.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const bytes = `${total} byte${total === 1 ? '' : 's'}`;
  return documents.length === 1
    ? `${documents[0].name} has ${bytes}`
    : `${documents.length} documents have ${bytes} in all`;
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
