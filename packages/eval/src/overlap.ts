// How much of a text stands word for word in the text that a model was trained on.
import type { NamedDocuments, NamedTokens, Tokens } from '@twilljs/data';

/** Tokens of an excerpt: enough not to come twice by chance. */
const EXCERPT = 48;
/** Excerpts of a document at most. */
const MOST = 64;
/** Documents that are looked for at most, evenly spread over the list: the excerpts of all of them are in memory. */
const MOST_DOCUMENTS = 1000;
/** Tokens of the training text that are in memory at once. */
const PART = 2 ** 20;
/** Of the hash, whose numbers are those of 32 bits. */
const BASE = 0x01000193;

/** How much of a text stands in another. */
export interface Overlap {
  readonly name: string;
  /** The part of the document's excerpts that was found, above 0. */
  readonly share: number;
}

interface Excerpt {
  readonly ids: Int32Array;
  found: boolean;
}

/**
 * Looks for excerpts of each document, evenly spread, in the training text: in one pass over it, by a rolling hash. What is
 * shorter than an excerpt is not looked for; of more than a thousand documents a thousand are.
 *
 * @returns the documents of which something was found, in their order.
 * @see Karp and Rabin 1987, Efficient randomized pattern-matching algorithms.
 */
export function overlaps(documents: NamedDocuments, training: Tokens): Overlap[] {
  const count = Math.min(MOST_DOCUMENTS, documents.length);
  const looked = Array.from({ length: count }, (_, i) => {
    const { name, tokens } = documents.at(Math.floor((i * documents.length) / count)) as NamedTokens;
    return { name, excerpts: excerptsOf(tokens) };
  });
  const all = looked.flatMap(({ excerpts }) => excerpts);
  const search = searchFor(all);
  // Each part begins with what an excerpt may have in the one before.
  for (let from = 0; all.length > 0 && from < training.length; from += PART) {
    search(training.subarray(Math.max(0, from - EXCERPT + 1), from + PART));
  }
  return looked.flatMap(({ name, excerpts }) => {
    const found = excerpts.filter((excerpt) => excerpt.found).length;
    return found > 0 ? [{ name, share: found / excerpts.length }] : [];
  });
}

function excerptsOf(tokens: Tokens): Excerpt[] {
  const count = Math.min(MOST, Math.floor(tokens.length / EXCERPT));
  const step = (tokens.length - EXCERPT) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor(i * step);
    return { ids: Int32Array.from(tokens.subarray(from, from + EXCERPT)), found: false };
  });
}

/** What marks the excerpts that stand in a text. */
function searchFor(excerpts: readonly Excerpt[]): (text: ArrayLike<number>) => void {
  const byHash = new Map<number, Excerpt[]>();
  const marked = new Uint8Array(2 ** 21); // a bit for the upper 24 of each hash that is looked for: spares most look-ups
  for (const excerpt of excerpts) {
    const hash = excerpt.ids.reduce(rolled, 0);
    byHash.set(hash, [...(byHash.get(hash) ?? []), excerpt]);
    marked[hash >>> 11] |= 1 << ((hash >>> 8) & 7);
  }
  let leaving = 1; // BASE to the power EXCERPT: the weight of the id that leaves
  for (let i = 0; i < EXCERPT; i++) leaving = Math.imul(leaving, BASE);
  return (text) => {
    let hash = 0;
    for (let end = 0; end < text.length; end++) {
      hash = rolled(hash, text[end]);
      if (end >= EXCERPT) hash = (hash - Math.imul(leaving, text[end - EXCERPT])) | 0;
      if ((marked[hash >>> 11] & (1 << ((hash >>> 8) & 7))) === 0 || end < EXCERPT - 1) continue;
      for (const excerpt of byHash.get(hash) ?? []) excerpt.found ||= endsWith(text, end, excerpt.ids);
    }
  };
}

const rolled = (hash: number, id: number): number => (Math.imul(hash, BASE) + id) | 0;

function endsWith(text: ArrayLike<number>, end: number, ids: Int32Array): boolean {
  return ids.every((id, i) => id === text[end - EXCERPT + 1 + i]);
}
