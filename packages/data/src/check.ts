// What callers hand in: batches, streams of ids, texts and sources of randomness, checked once where they enter.
import { checkRanges, OptionError, ShapeError, shown, whole } from '@twilljs/tensor';
import type { Batch, Tokens } from './batch.ts';
import type { Document } from './documents.ts';
import type { RandomSource } from './source.ts';

/** The largest id that an Int32Array holds. */
const LARGEST = 2 ** 31 - 1;

/** True for an array of unsigned numbers, a Buffer included, or of i32, of this realm or another; and for what gives parts of itself. */
const isTokens = (value: unknown): value is Tokens =>
  ArrayBuffer.isView(value) ? /^\[object (Uint8|Uint16|Uint32|Int32)Array\]$/.test(tagOf(value)) : givesParts(value);
const givesParts = (value: unknown): boolean => {
  const { length, subarray } = (value ?? {}) as Partial<Tokens>;
  return Number.isSafeInteger(length) && (length as number) >= 0 && typeof subarray === 'function';
};
const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

/**
 * Refuses what is no batch. Its ids and labels are looked at where they are read.
 *
 * @param where who takes it, for messages.
 * @throws OptionError naming the value; ShapeError when ids or labels disagree with B and T.
 */
export function checkBatch(where: string, batch: unknown): asserts batch is Batch {
  const { B, T, ranges, ...lists } = (batch ?? {}) as Partial<Batch>;
  if (B === undefined || T === undefined) {
    throw new OptionError(
      `${where}: ${shown(batch)} is no batch; give { inputs, labels, B, T }, such as windows make.`,
    );
  }
  whole(`${where}: B of the batch`, B, 1);
  whole(`${where}: T of the batch`, T, 1);
  for (const name of ['inputs', 'labels'] as const) {
    const ids: unknown = lists[name];
    if (!(ids instanceof Int32Array)) {
      throw new OptionError(`${where}: ${name} of the batch is ${shown(ids)}; give an Int32Array of ids.`);
    }
    if (ids.length === B * T) continue;
    throw new ShapeError(
      `${where}: ${name} of the batch has ${ids.length} ids but B x T is ${B} x ${T}; give ${B * T} ids.`,
    );
  }
  if (ranges === undefined) return;
  if (!(ranges instanceof Int32Array)) {
    throw new OptionError(
      `${where}: ranges of the batch is ${shown(ranges)}; give an Int32Array, begin and end of each sequence.`,
    );
  }
  checkRowRanges(where, checkRanges(where, ranges, B * T), T);
}

/** @throws OptionError for a sequence across the end of a row: parts of a batch are rows. */
function checkRowRanges(where: string, ranges: Int32Array, T: number): void {
  for (let i = 0; i < ranges.length; i += 2) {
    const [begin, end] = [ranges[i], ranges[i + 1]];
    if (begin === end || Math.floor(begin / T) === Math.floor((end - 1) / T)) continue;
    throw new OptionError(
      `${where}: range ${i / 2} of the batch is [${begin}, ${end}] but its rows have ${T} positions; end it where its row ends.`,
    );
  }
}

/** Refuses what are no places in a stream where documents begin. @throws OptionError naming the first. */
export function checkBegins(what: string, begins: unknown, length: number): asserts begins is ArrayLike<number> {
  const list = Array.isArray(begins) || ArrayBuffer.isView(begins) ? (begins as ArrayLike<number>) : null;
  if (!list) throw new OptionError(`${what} is ${shown(begins)}; give the places where documents begin.`);
  for (let i = 0; i < list.length; i++) {
    if (Number.isInteger(list[i]) && list[i] > (list[i - 1] ?? -1) && list[i] < length) continue;
    throw new OptionError(`${what} holds ${shown(list[i])} at ${i}, of ${length} tokens; give places that ascend.`);
  }
}

/**
 * Refuses what is no stream of ids.
 *
 * @param what whose they are, for the message: `windows: tokens`.
 * @throws OptionError naming the value, or the first id that is negative and its place.
 */
export function checkTokens(what: string, tokens: unknown): asserts tokens is Tokens {
  if (!isTokens(tokens)) {
    const next = typeof tokens === 'string' ? 'encodeText makes one of a text' : 'put the ids into one';
    throw new OptionError(`${what} is ${shown(tokens)} where a Uint8Array or an Int32Array is needed; ${next}.`);
  }
  if (!ArrayBuffer.isView(tokens) || !/Int32|Uint32/.test(tagOf(tokens))) return;
  const ids = tokens as unknown as Int32Array;
  const at = ids.findIndex((id) => id < 0 || id > LARGEST);
  if (at !== -1) throw new OptionError(`${what} holds ${ids[at]} at position ${at}; give ids from 0.`);
}

/**
 * The ids of a list of any kind, before a conversion could make ids of what are none.
 *
 * @throws OptionError naming the first value that is no id from 0 to `most`, and its place.
 */
export function idsFrom(what: string, list: unknown, most = LARGEST): Int32Array {
  if (typeof list === 'string' || !Number.isInteger((list as ArrayLike<unknown> | null)?.length)) {
    throw new OptionError(`${what} is ${shown(list)} where a list of ids is needed; give ids from 0 to ${most}.`);
  }
  return Int32Array.from(list as ArrayLike<unknown>, (id, at) => {
    if (Number.isInteger(id) && (id as number) >= 0 && (id as number) <= most) return id as number;
    throw new OptionError(`${what} holds ${shown(id)} at position ${at}; give ids from 0 to ${most}.`);
  });
}

/** Refuses what is no list of documents. @throws OptionError naming the first value that is none, and its place. */
export function checkDocuments(what: string, documents: unknown): asserts documents is readonly Document[] {
  if (!Array.isArray(documents)) {
    throw new OptionError(
      `${what} is ${shown(documents)} where a list of documents is needed; give [{ name, bytes }].`,
    );
  }
  documents.forEach((document: Partial<Document> | null | undefined, i) => {
    if (typeof document?.name === 'string' && tagOf(document.bytes) === '[object Uint8Array]') return;
    throw new OptionError(
      `${what}[${i}] is ${shown(document)} where a document is needed; give { name, bytes } with a Uint8Array of bytes.`,
    );
  });
}

/** Refuses what no numbers can be drawn from. @throws OptionError naming the value. */
export function checkSource(what: string, source: unknown): asserts source is RandomSource {
  if (typeof (source as RandomSource | null | undefined)?.fork === 'function') return;
  throw new OptionError(`${what} is ${shown(source)} where a source of randomness is needed; give rng(seed).`);
}
