// How much of a text stands word for word in the text that a model was trained on.
import type { Document } from '@twilljs/data';

/** Bytes of an excerpt: enough not to come twice by chance. */
const EXCERPT = 48;
/** Excerpts of a document at most. */
const MOST = 64;
/** Of the hash, whose numbers are those of 32 bits. */
const BASE = 0x01000193;

export interface Overlap {
  readonly name: string;
  /** The part of the document's excerpts that was found, above 0. */
  readonly share: number;
}

interface Excerpt {
  readonly bytes: Uint8Array;
  found: boolean;
}

/**
 * Looks for excerpts of each document, evenly spread, in the training text: in one pass over it, by a rolling hash. What is
 * shorter than an excerpt is not looked for.
 *
 * @returns the documents of which something was found, in their order.
 * @see Karp and Rabin 1987, Efficient randomized pattern-matching algorithms.
 */
export function overlaps(documents: readonly Document[], training: Uint8Array): Overlap[] {
  const excerpts = documents.map(({ bytes }) => excerptsOf(bytes));
  lookFor(excerpts.flat(), training);
  return documents.flatMap(({ name }, i) => {
    const found = excerpts[i].filter((excerpt) => excerpt.found).length;
    return found > 0 ? [{ name, share: found / excerpts[i].length }] : [];
  });
}

function excerptsOf(bytes: Uint8Array): Excerpt[] {
  const count = Math.min(MOST, Math.floor(bytes.length / EXCERPT));
  const step = (bytes.length - EXCERPT) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor(i * step);
    return { bytes: bytes.subarray(from, from + EXCERPT), found: false };
  });
}

/** Marks the excerpts that stand in a text. */
function lookFor(excerpts: readonly Excerpt[], text: Uint8Array): void {
  const byHash = new Map<number, Excerpt[]>();
  const hashes = new Uint8Array(2 ** 16); // 1 where the upper half of a hash is one that is looked for: spares most look-ups
  for (const excerpt of excerpts) {
    const hash = excerpt.bytes.reduce((h, byte) => rolled(h, byte), 0);
    byHash.set(hash, [...(byHash.get(hash) ?? []), excerpt]);
    hashes[hash >>> 16] = 1;
  }
  let leaving = 1; // BASE to the power EXCERPT: the weight of the byte that leaves
  for (let i = 0; i < EXCERPT; i++) leaving = Math.imul(leaving, BASE);
  let hash = 0;
  for (let end = 0; end < text.length; end++) {
    hash = rolled(hash, text[end]);
    if (end >= EXCERPT) hash = (hash - Math.imul(leaving, text[end - EXCERPT])) | 0;
    if (hashes[hash >>> 16] === 0 || end < EXCERPT - 1) continue;
    for (const excerpt of byHash.get(hash) ?? []) excerpt.found ||= endsWith(text, end, excerpt.bytes);
  }
}

const rolled = (hash: number, byte: number): number => (Math.imul(hash, BASE) + byte) | 0;

function endsWith(text: Uint8Array, end: number, bytes: Uint8Array): boolean {
  return bytes.every((byte, i) => byte === text[end - EXCERPT + 1 + i]);
}
