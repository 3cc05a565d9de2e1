// What training and evaluation read: rows of ids, and at each position the id to predict there.
import { IGNORE, OptionError } from '@twilljs/tensor';
import { idsFrom } from './check.ts';

/**
 * A stream of token ids: a typed array of them, or anything that gives parts of itself, such as a file that is read by position.
 * What is no array of the language is asked for parts alone, and each id it gives is looked at.
 */
export interface Tokens {
  readonly length: number;
  /** Ids [from, to), cut where the stream ends. */
  subarray(from: number, to?: number): ArrayLike<number>;
}

export { IGNORE };

/** B rows of T tokens. The label of a position is what the logits of that same position should say: no shift is left to do. */
export interface Batch {
  readonly inputs: Int32Array; // [B,T]
  readonly labels: Int32Array; // [B,T], IGNORE where nothing is asked
  readonly B: number;
  readonly T: number;
  /** [2n], begin and end of each sequence in the flattened B T positions, none across the end of a row. Default: the rows. */
  readonly ranges?: Int32Array;
}

/**
 * An endless source of batches without state. Sequence i of the source is row `i % B` of step `floor(i / B)` and depends
 * on the seed and i alone; a run resumed at any step goes on with what it would have read.
 */
export interface Batches {
  readonly B: number;
  readonly T: number;
  /** @param step Counted from 0. */
  batch(step: number): Batch;
}

/** Tokens of a training step, at most: beyond it the ids alone would fill a large part of the memory. */
export const MOST_TOKENS = 2 ** 22;

/** Ids of a batch at most: 1 GiB of them, so that a mistyped size is an error and not a machine without memory. */
const MOST = 2 ** 28;

/** Zero inputs, and labels that ask for nothing. @throws OptionError for a batch beyond all use. */
export function emptyBatch(B: number, T: number): Batch {
  if (B * T > MOST) throw new OptionError(`batch: [${B},${T}] has more than ${MOST} ids; give fewer or shorter rows.`);
  return { inputs: new Int32Array(B * T), labels: new Int32Array(B * T).fill(IGNORE), B, T };
}

/** Writes T tokens from `start` into a row, each with its successor as label; where the stream ends, fewer. */
export function writeNext({ inputs, labels, T }: Batch, row: number, tokens: Tokens, start: number): void {
  const ids = idsOf(tokens, start, start + T + 1);
  for (let i = 0; i < ids.length; i++) {
    if (i < T) inputs[row * T + i] = ids[i];
    if (i > 0) labels[row * T + i - 1] = ids[i];
  }
}

/** Ids [from, to) of a stream. Those of an array were checked with it. @throws OptionError for what a stream gives and is no id. */
export function idsOf(tokens: Tokens, from: number, to: number): ArrayLike<number> {
  const ids = tokens.subarray(from, to);
  return ArrayBuffer.isView(tokens) ? ids : idsFrom(`tokens from ${from}`, ids);
}

/**
 * Documents of rows of a stream as sequences of their own: no label stands at the last token of one.
 *
 * @param starts where in the stream each row begins.
 * @param begins where in the stream documents begin, ascending.
 */
export function apart(batch: Batch, starts: ArrayLike<number>, begins: ArrayLike<number>): Batch {
  const { labels, B, T } = batch;
  const ranges: number[] = [];
  for (let row = 0; row < B; row++) {
    let from = row * T;
    for (let i = firstAbove(begins, starts[row]); i < begins.length && begins[i] <= starts[row] + T; i++) {
      const to = row * T + begins[i] - starts[row];
      labels[to - 1] = IGNORE;
      if (to === (row + 1) * T) break;
      ranges.push(from, to);
      from = to;
    }
    ranges.push(from, (row + 1) * T);
  }
  return { ...batch, ranges: Int32Array.from(ranges) };
}

/** The sequences that lie in positions [from, to), counted from there. @param ranges [2n], of which none lies across either. */
export function rangesBetween(ranges: Int32Array, from: number, to: number): Int32Array {
  return ranges.filter((_, i) => ranges[i & ~1] >= from && ranges[i | 1] <= to).map((p) => p - from);
}

/** The first index in ascending values whose value is above x. */
export function firstAbove(values: ArrayLike<number>, x: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
