// Where sequences of different lengths lie among ids, as callers say it, and how they are laid out to be computed.
import type { Sequences } from '@twilljs/nn';
import {
  checkRanges,
  IGNORE,
  knownOnly,
  OptionError,
  type RangeList,
  ShapeError,
  shown,
  Tensor,
  whole,
} from '@twilljs/tensor';
import type { HostIds } from './ids.ts';
import type { Given } from './recordings.ts';

/** One of both, or neither where all ids are of B sequences of T. */
export interface Where {
  /** Of the B sequences: row b counts its first `lengths[b]` ids; what stands behind them is not looked at. */
  readonly lengths?: readonly number[] | Int32Array;
  /** Begin and end of each sequence in the flattened B T positions: `[[0, 5], [5, 12]]`. Gaps belong to none. */
  readonly ranges?: RangeList;
}

export interface LossOptions extends Where {
  /** Instead of them, in a step of one's own for `compile`: what `SequencePlaces` holds, which the host writes before each call. */
  readonly sequences?: Sequences;
  /**
   * Factor of the cross-entropy, a number or a tensor []: of a part of a batch, its share of the labels x the number of parts. Default 1.
   */
  readonly weight?: number | Tensor;
  /**
   * Over how many positions the pull of `use_l2warp` is a mean, a number or a tensor []: of a part of a batch, the mean of all parts.
   * Default: those of its sequences.
   */
  readonly positions?: number | Tensor;
  /** For the gradient, activations inside blocks are computed again instead of kept: less memory, the same bits. Default false. */
  readonly recompute?: boolean;
}

/** Ids as they are computed. */
export interface Placed {
  /** As given, or what counts of them in one row [1,P]. */
  readonly ids: Given;
  /** [2n], in the flattened positions of `ids`; null where these are B sequences of T. */
  readonly ranges: Int32Array | null;
  /** Where they were packed: the same in the positions that were given, and the length of a row there. */
  readonly before: { readonly ranges: Int32Array; readonly T: number } | null;
}

/** Positions of a packed row are a multiple of this, so that few shapes are recorded. */
const STEP = 64;

/**
 * Ranges [2n] of the sequences among ids [B,T], as callers said it; null where these are the rows.
 *
 * @param where whose they are, for messages.
 * @throws OptionError for lengths or ranges that cannot be, both, or an unknown name.
 */
export function rangesOf(where: string, at: Where, [B, T]: readonly number[]): Int32Array | null {
  knownOnly(where, at, ['lengths', 'ranges']);
  const { lengths, ranges } = at;
  if (lengths && ranges) throw new OptionError(`${where}: lengths and ranges are given; give one of them.`);
  if (!lengths && !ranges) return null;
  const all = lengths ? ofRows(where, lengths, [B, T]) : checkRanges(where, ranges!, B * T);
  if (lengths && Array.from(lengths).every((length) => length === T)) return null;
  if (all.some((end, i) => i % 2 === 1 && end > all[i - 1])) return all;
  throw new OptionError(`${where}: no sequence holds an id, so there is nothing to compute; give one or more.`);
}

function ofRows(where: string, given: readonly number[] | Int32Array, [B, T]: readonly number[]): Int32Array {
  const lengths = given instanceof Int32Array ? [...given] : given;
  if (!Array.isArray(lengths) || lengths.length !== B) {
    throw new OptionError(`${where}: lengths are ${shown(lengths)} but the ids have ${B} rows; give one for each.`);
  }
  for (const [b, length] of lengths.entries()) whole(`${where}: lengths[${b}]`, length, 0, T);
  return Int32Array.from(lengths.flatMap((length, b) => [b * T, b * T + length]));
}

/**
 * Lays out ids of sequences of different lengths: rows of the host that count in part are packed, so that nothing else is computed.
 *
 * @param ranges those of `at`.
 */
export function place(ids: Given, at: Where, ranges: Int32Array | null): Placed {
  if (!ranges || !at.lengths || ids instanceof Tensor) return { ids, ranges, before: null };
  const packed = packedRanges(ranges);
  return { ids: packedIds(ids, ranges, packed, 0), ranges: packed, before: { ranges, T: ids.shape[1] } };
}

/** Labels beside ids that were placed. @throws ShapeError where they cannot be. */
export function placeLabels(labels: Given, { ids, ranges, before }: Placed): Given {
  if (!before) return labels;
  if (!(labels instanceof Tensor)) return packedIds(labels, before.ranges, ranges!, IGNORE);
  throw new ShapeError(`labels: they are on a device but the ids, packed [${ids.shape}], were not; give both alike.`);
}

/** The same sequences end to end. */
function packedRanges(ranges: Int32Array): Int32Array {
  let end = 0;
  return ranges.map((p, i) => {
    if (i % 2 === 1) end += p - ranges[i - 1];
    return end;
  });
}

function packedIds({ data }: HostIds, from: Int32Array, to: Int32Array, filler: number): HostIds {
  const P = Math.ceil(to[to.length - 1] / STEP) * STEP;
  const packed = new Int32Array(P).fill(filler);
  for (let i = 0; i < from.length; i += 2) packed.set(data.subarray(from[i], from[i + 1]), to[i]);
  return { data: packed, shape: [1, P] };
}

/** How many tokens each sequence has, [n]. */
export function countsOf({ ids, ranges }: Placed): Int32Array {
  if (!ranges) return new Int32Array(ids.shape[0]).fill(ids.shape[1]);
  return Int32Array.from({ length: ranges.length / 2 }, (_, i) => ranges[2 * i + 1] - ranges[2 * i]);
}

/** The same in parts of at most `length` tokens of each sequence; ids on a device are one. */
export function partsOf(placed: Placed, length: number): Placed[] {
  const { ids, ranges } = placed;
  if (ids instanceof Tensor) return [placed];
  const longest = Math.max(...countsOf(placed));
  if (longest <= length) return [placed];
  return Array.from({ length: Math.ceil(longest / length) }, (_, part) => {
    if (!ranges) return { ids: columnsOf(ids, part * length, (part + 1) * length), ranges, before: null };
    const from = ranges.map((p, i) => (i % 2 === 0 ? Math.min(p + part * length, ranges[i + 1]) : p));
    const cut = from.map((p, i) => (i % 2 === 0 ? p : Math.min(p, from[i - 1] + length)));
    const to = packedRanges(cut);
    return { ids: packedIds(ids, cut, to, 0), ranges: to, before: null };
  });
}

/** The ids [B,T] of each row at [from,to). */
function columnsOf({ data, shape: [B, T] }: HostIds, from: number, to: number): HostIds {
  const length = Math.min(to, T) - from;
  const block = new Int32Array(B * length);
  for (let row = 0; row < B; row++) block.set(data.subarray(row * T + from, row * T + from + length), row * length);
  return { data: block, shape: [B, length] };
}
