// Documents of a shard, or parts of them, as one stream of tokens.
import { firstAbove, type Tokens } from '../batch.ts';
import { partName } from '../documents.ts';
import type { Lengths, Parts } from '../split.ts';
import type { NamedDocuments, TokenText } from '../token-text.ts';
import { type Ids, idsOfWidth } from './layout.ts';
import type { Shard } from './shard.ts';

/** What is known of a shard beside what stands in it. */
export interface ShardContext {
  readonly separator: ArrayLike<number>;
  /** What a document is called, by its number. */
  nameOf(document: number): string;
}

/** Bytes of text that a separator stands for. */
const SEPARATOR_BYTES = 2;

/**
 * A side of a split.
 *
 * @param parts become where each part begins in the stream: 12 bytes of memory a part.
 * @param areTails whether parts are what remains of documents after their cuts.
 */
export function shardText(shard: Shard, parts: Parts, areTails: boolean, context: ShardContext): TokenText {
  const { separator, nameOf } = context;
  const { count } = parts;
  const numbers = parts.documents.subarray(0, count);
  const starts = parts.lengths.subarray(0, count);
  const hasEmpty = parts.texts < count;
  const bytes = bytesOf(shard, parts, areTails) + (separator.length > 0 ? SEPARATOR_BYTES * Math.max(0, count - 1) : 0);
  const texts: number[] = [];
  let total = 0;
  for (let k = 0; k < count; k++) {
    const length = starts[k];
    starts[k] = total;
    if (hasEmpty && length > 0) texts.push(total);
    total += length + (k < count - 1 ? separator.length : 0);
  }
  const { width } = shard.footer;
  const lengthOf = (k: number) => (k < count - 1 ? starts[k + 1] - separator.length : total) - starts[k];
  const placeOf = (k: number) => shard.beginOf(numbers[k]) + (areTails ? shard.cutOf(numbers[k]) : 0);
  const tokens: Tokens = {
    length: total,
    subarray(from, to = total) {
      const [begin, end] = [clamp(from, total), clamp(to, total)];
      const out = idsOfWidth(width, Math.max(0, end - begin));
      let at = begin;
      for (let k = firstAbove(starts, begin) - 1; at < end; k++) {
        const [within, length] = [at - starts[k], lengthOf(k)];
        if (within < length) {
          const place = placeOf(k) + within;
          const ids = shard.read(place, place + Math.min(length - within, end - at));
          out.set(ids, at - begin);
          at += ids.length;
        }
        for (let s = at - starts[k] - length; s < separator.length && at < end; s++) out[at++ - begin] = separator[s];
      }
      return out;
    },
  };
  const documents: NamedDocuments = {
    length: count,
    at(k) {
      if (!(k >= 0 && k < count)) return undefined;
      const length = lengthOf(k);
      // Nothing is read before it is asked for: an order of documents needs the lengths of all of them alone.
      return {
        get name() {
          const name = nameOf(numbers[k]);
          const isPart = areTails || shard.lengthOf(numbers[k]) !== length;
          const from = areTails ? shard.cutOf(numbers[k]) : 0;
          return isPart ? partName(name, from, from + length) : name;
        },
        tokens: slice(shard, () => placeOf(k), length),
      };
    },
  };
  return { tokens, bytes, begins: hasEmpty ? Float64Array.from(texts) : starts, documents, separator };
}

const slice = (shard: Shard, placeOf: () => number, length: number): Tokens => ({
  length,
  subarray: (from, to = length): Ids => {
    const [place, begin, end] = [placeOf(), clamp(from, length), clamp(to, length)];
    return shard.read(place + begin, place + Math.max(begin, end));
  },
});

const clamp = (place: number, length: number): number => Math.max(0, Math.min(place, length));

/** Bytes of text of parts. */
function bytesOf(shard: Shard, { documents, lengths, count }: Parts, areTails: boolean): number {
  let bytes = 0;
  let [k, document] = [0, 0];
  const cuts = shard.cuts();
  for (const [tokens, size] of lengthsOf(shard)) {
    const cut = cuts.next().value;
    if (k < count && documents[k] === document) {
      const isPart = cut !== undefined && (areTails || lengths[k] < tokens);
      bytes += !isPart ? size : areTails ? size - cut[1] : cut[1];
      k++;
    }
    document++;
  }
  return bytes;
}

/** Ids and bytes of each document. */
function* lengthsOf(shard: Shard): Generator<readonly [tokens: number, bytes: number]> {
  const { tokens, bytes } = shard.footer;
  let before: readonly [number, number] | null = null;
  for (const row of shard.documents()) {
    if (before) yield [row[0] - before[0], row[1] - before[1]];
    before = row;
  }
  if (before) yield [tokens - before[0], bytes - before[1]];
}

/** The documents of a shard by their lengths in ids. */
export function shardLengths(shard: Shard, describe: () => string): Lengths {
  return {
    count: shard.footer.documents,
    *each() {
      for (const [tokens] of lengthsOf(shard)) yield tokens;
    },
    *cuts() {
      for (const [tokens] of shard.cuts()) yield tokens;
    },
    describe,
  };
}
