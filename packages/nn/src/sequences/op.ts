// Sequences of different lengths: from where they lie in a batch to rows of their own, and back. Each is the other's gradient, and the
// definition of every op with `ranges` goes through both. B batch, T time, P = B T positions, n sequences, L length of a row.
import { apply1, type Op, type Shape, ShapeError, sameShape, shown, size, type Tensor } from '@twilljs/tensor';

/** Ranges are ids of positions, of which the end is one more. @param x place of the input [B,T,...] whose ranges they are. */
export const rangeIds =
  (x: number): NonNullable<Op['ids']>[string] =>
  (ins) => ({ below: ins[x]![0] * ins[x]![1] + 1, of: 'positions' });

/** Refuses what are no ranges of [B,T,...]. @throws ShapeError */
export function requireRanges(op: string, ranges: Shape | null, x: Shape): void {
  if (!ranges) return;
  if (ranges.length !== 2 || ranges[1] !== 2)
    throw new ShapeError(`${op}: ranges [${ranges}] of x [${x}] are not [n,2]; give begin and end of each sequence.`);
  if (ranges[0] === 0)
    throw new ShapeError(
      `${op}: ranges [${ranges}] of x [${x}] hold no sequence; give one at least, perhaps an empty one.`,
    );
}

export interface PadAttrs {
  /** Of a row. */
  length: number;
}

export interface PackAttrs {
  B: number;
  T: number;
}

/** For each sequence, the rows that it has in both forms: from `begin`, `count` of at most `most`. */
function* spans(ranges: ArrayLike<number>, P: number, most: number) {
  for (let i = 0; 2 * i < ranges.length; i++) {
    const begin = Math.min(Math.max(ranges[2 * i], 0), P);
    const count = Math.min(Math.max(ranges[2 * i + 1] - begin, 0), P - begin, most);
    yield { i, begin, count };
  }
}

export const padSequencesOp: Op<PadAttrs> = {
  name: 'padSequences',
  inputs: ['x', 'ranges'],
  outputs: ['y'],
  ids: { ranges: rangeIds(0) },
  reads: ['ranges'],
  shape([x, ranges], { length }) {
    if (x!.length < 2) throw new ShapeError(`padSequences: x [${x}] is not [B,T,...]; reshape it.`);
    requireRanges('padSequences', ranges, x!);
    if (!Number.isSafeInteger(length) || length < 0)
      throw new ShapeError(`padSequences: a row of length ${shown(length)} cannot be; give a whole number from 0.`);
    return [[ranges![0], length, ...x!.slice(2)]];
  },
  cpu([x, ranges], [y], { length }) {
    const row = size(x.shape.slice(2));
    y.data.fill(0);
    for (const { i, begin, count } of spans(ranges.data, x.shape[0] * x.shape[1], length)) {
      y.data.set(x.data.subarray(begin * row, (begin + count) * row) as never, i * length * row);
    }
  },
  vjp: ([dy], [x, ranges]) => [packSequences(dy, ranges, [x.shape[0], x.shape[1]]), null],
};

export const packSequencesOp: Op<PackAttrs> = {
  name: 'packSequences',
  inputs: ['x', 'ranges'],
  outputs: ['y'],
  ids: { ranges: (_, { B, T }) => ({ below: B * T + 1, of: 'positions' }) },
  reads: ['ranges'],
  shape([x, ranges], { B, T }) {
    if (![B, T].every((n) => Number.isSafeInteger(n) && n >= 0))
      throw new ShapeError(`packSequences: [${shown(B)},${shown(T)}] cannot be; give whole numbers from 0.`);
    if (x!.length < 2 || !sameShape(ranges!, [x![0], 2]))
      throw new ShapeError(`packSequences: x [${x}] and ranges [${ranges}] are not [n,L,...] and [n,2]; reshape them.`);
    return [[B, T, ...x!.slice(2)]];
  },
  cpu([x, ranges], [y], { B, T }) {
    const [, L, ...rest] = x.shape;
    const row = size(rest);
    y.data.fill(0);
    for (const { i, begin, count } of spans(ranges.data, B * T, L)) {
      y.data.set(x.data.subarray(i * L * row, (i * L + count) * row) as never, begin * row);
    }
  },
  vjp: ([dy], [x, ranges]) => [padSequences(dy, ranges, x.shape[1]), null],
};

/**
 * Every sequence of a batch in a row of its own.
 *
 * @param x [B,T,...]
 * @param ranges i32 [n,2]: begin and end of each sequence in the flattened B T positions, ascending and disjoint.
 * @param length L of a row: what is longer is cut, what is shorter ends in zeros.
 * @returns [n,L,...]
 * @throws ShapeError when the shapes do not fit; OptionError for a range outside.
 */
export const padSequences = (x: Tensor, ranges: Tensor, length: number): Tensor =>
  apply1(padSequencesOp, [x, ranges], { length });

/**
 * The way back: rows put where their sequences lie, zeros everywhere else.
 *
 * @param x [n,L,...]; what a row has beyond its sequence is left out.
 * @param ranges i32 [n,2], as for `padSequences`.
 * @returns [B,T,...]
 * @throws ShapeError when the shapes do not fit; OptionError for a range outside.
 */
export const packSequences = (x: Tensor, ranges: Tensor, rows: readonly [B: number, T: number]): Tensor =>
  apply1(packSequencesOp, [x, ranges], { B: rows?.[0], T: rows?.[1] });
