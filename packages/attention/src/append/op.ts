// append: the rows of new tokens into rings of rows. B batch, T time, n sequences, C rows of a ring.
import { rangeIds, requireRanges } from '@twilljs/nn';
import {
  apply,
  apply1,
  type Op,
  type Shape,
  ShapeError,
  sameShape,
  size,
  type Tensor,
  type View,
} from '@twilljs/tensor';
import { positionIds } from '../unroll/op.ts';

/** Where tokens go: the place of each in the flattened B T positions, and of its row in the flattened n C rows. */
function* writes(position: View, ranges: View | null, C: number, [B, T]: Shape): Generator<[from: number, to: number]> {
  for (let i = 0; i < position.data.length; i++) {
    const clamped = (p: number, low: number) => Math.min(Math.max(p, low), B * T);
    const begin = ranges ? clamped(ranges.data[2 * i], 0) : i * T;
    const end = ranges ? clamped(ranges.data[2 * i + 1], begin) : begin + T;
    const at = Math.max(position.data[i], 0);
    for (let p = Math.max(begin, end - C); p < end; p++) yield [p, i * C + ((at + p - begin) % C)];
  }
}

/** @throws ShapeError for rings that are not those of the sequences. */
function requireRings(buffer: Shape, x: Shape, position: Shape, ranges: Shape | null): void {
  requireRanges('append', ranges, x);
  const [n, C] = buffer;
  const fit = x.length >= 2 && sameShape(buffer, [ranges ? ranges[0] : x[0], C, ...x.slice(2)]);
  if (fit && sameShape(position, [n])) return;
  throw new ShapeError(
    `append: buffer [${buffer}], x [${x}] and position [${position}] are not [n,C,...], [B,T,...] and [n], n=B without ranges; reshape them.`,
  );
}

export const appendOp: Op<null> = {
  name: 'append',
  inputs: ['buffer', 'x', 'position', 'ranges?'],
  outputs: ['y'],
  ids: { position: positionIds, 'ranges?': rangeIds(1) },
  reads: ['position', 'ranges?'],
  mayUpdate: { y: 'buffer' },
  shape([buffer, x, position, ranges]) {
    requireRings(buffer!, x!, position!, ranges);
    return [buffer!];
  },
  cpu([buffer, x, position, ranges], [y]) {
    y.data.set(buffer.data as never);
    const [, C, ...rest] = buffer.shape;
    const row = size(rest);
    for (const [from, to] of writes(position, ranges, C, x.shape)) {
      for (let c = 0; c < row; c++) y.data[to * row + c] = x.data[from * row + c];
    }
  },
  vjp([dy], [, x, position, ranges]) {
    const [dbuffer, dx] = apply(appendGradOp, [dy, position, ranges], { B: x.shape[0], T: x.shape[1] });
    return [dbuffer, dx, null, null];
  },
};

interface AppendGradAttrs {
  B: number;
  T: number;
}

/** A row of a ring goes to the token that was written there, if one was, else to the ring before. */
export const appendGradOp: Op<AppendGradAttrs> = {
  name: 'appendGrad',
  inputs: ['dy', 'position', 'ranges?'],
  outputs: ['dbuffer', 'dx'],
  ids: { position: positionIds, 'ranges?': (_, { B, T }) => ({ below: B * T + 1, of: 'positions' }) },
  shape([dy, position, ranges], { B, T }) {
    const dx = [B, T, ...dy!.slice(2)];
    requireRings(dy!, dx, position!, ranges);
    return [dy!, dx];
  },
  cpu([dy, position, ranges], [dbuffer, dx]) {
    dbuffer.data.set(dy.data as never);
    dx.data.fill(0);
    const [, C, ...rest] = dy.shape;
    const row = size(rest);
    for (const [from, to] of writes(position, ranges, C, dx.shape)) {
      for (let c = 0; c < row; c++) dx.data[from * row + c] = dy.data[to * row + c];
      dbuffer.data.fill(0, to * row, (to + 1) * row);
    }
  },
};

/**
 * Rings with the rows of new tokens in place of the oldest: that of position p is row p % C. Of more than C tokens the last C are there.
 * In a recording, `assign(ring, append(ring, ...))` writes these rows into the ring where it lies and copies nothing else.
 *
 * @param buffer [n,C,...]
 * @param x [B,T,...]
 * @param position i32 [n], tokens that each sequence had before.
 * @param ranges i32 [n,2]: begin and end of each sequence in the flattened B T positions, ascending and disjoint. Null: n = B rows of T.
 * @returns [n,C,...]
 * @throws ShapeError when the shapes disagree; OptionError for a position or range that cannot be.
 */
export const append = (buffer: Tensor, x: Tensor, position: Tensor, ranges: Tensor | null = null): Tensor =>
  apply1(appendOp, [buffer, x, position, ranges], null);
