// Sums and maxima over axes, and where the largest stands.
import { apply1, reshape } from '../apply.ts';
import { ShapeError } from '../errors.ts';
import type { Op } from '../op.ts';
import { axisOf, broadcastShapes, requireAxis, requireShape, type Shape, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { binary } from './binary.ts';
import { broadcastSteps, indexMap } from './index-map.ts';
import { broadcastTo } from './movement.ts';

export interface ReduceAttrs {
  /** The result's shape: that of x with some axes 1. */
  to: Shape;
}

function reducible(name: string, x: Shape, to: Shape): Shape[] {
  requireShape(name, to);
  if (x.length !== to.length || !sameShape(broadcastShapes(name, x, to), x)) {
    throw new ShapeError(`${name}: [${x}] cannot be reduced to [${to}]; give the same rank with some axes 1.`);
  }
  return [to];
}

export const sumOp: Op<ReduceAttrs> = {
  name: 'sum',
  inputs: ['x'],
  outputs: ['y'],
  reads: [],
  shape: ([x], { to }) => reducible('sum', x!, to),
  cpu([x], [y]) {
    const at = indexMap(x.shape, broadcastSteps(x.shape, y.shape));
    const totals = new Float64Array(y.data.length);
    for (let i = 0; i < x.data.length; i++) totals[at[i]] += x.data[i];
    y.data.set(totals);
  },
  vjp: ([dy], [x]) => [broadcastTo(dy, x.shape)],
};

export const maxOp: Op<ReduceAttrs> = {
  name: 'max',
  inputs: ['x'],
  outputs: ['y'],
  reads: ['x', 'y'],
  shape: ([x], { to }) => reducible('max', x!, to),
  cpu([x], [y]) {
    const at = indexMap(x.shape, broadcastSteps(x.shape, y.shape));
    y.data.fill(Number.NEGATIVE_INFINITY);
    for (let i = 0; i < x.data.length; i++) y.data[at[i]] = Math.max(y.data[at[i]], x.data[i]);
  },
  /** Equal maxima share the gradient evenly. */
  vjp([dy], [x], [y]) {
    const chosen = binary.equal(x, y);
    return [broadcastTo(dy.div(sumTo(chosen, y.shape)), x.shape).where(chosen)];
  },
};

/** The place of the largest number along the last axis: [..,N] -> i32 [..]. */
export const argmaxOp: Op<null> = {
  name: 'argmax',
  inputs: ['x'],
  outputs: ['y'],
  types: { y: 'i32' },
  shape([x]) {
    requireAxis('argmax', x!.length - 1, x!.length);
    return [x!.slice(0, -1)];
  },
  cpu([x], [y]) {
    const N = x.shape.at(-1)!;
    for (let row = 0; row < y.data.length; row++) {
      let best = -1;
      let largest = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < N; i++) {
        const value = x.data[row * N + i];
        if (value > largest) [best, largest] = [i, value];
        else if (Number.isNaN(value)) largest = Number.POSITIVE_INFINITY;
      }
      y.data[row] = largest === Number.POSITIVE_INFINITY ? -1 : best;
    }
  },
};

/**
 * The place of the largest number in each row, the first of equal ones: greedy choice, without a gradient.
 *
 * @param x [..,N].
 * @returns i32 [..]; -1 for a row in which softmax is undefined: a NaN or inf is in it, all of it is -inf, or N is 0.
 */
export const argmax = (x: Tensor): Tensor => apply1(argmaxOp, [x], null);

export const sumTo = (x: Tensor, to: Shape): Tensor => (sameShape(x.shape, to) ? x : apply1(sumOp, [x], { to }));
export const maxTo = (x: Tensor, to: Shape): Tensor => apply1(maxOp, [x], { to });

/** Sums a cotangent over the axes along which its value was broadcast. */
export function unbroadcast(dy: Tensor, shape: Shape): Tensor {
  if (sameShape(dy.shape, shape)) return dy;
  const missing = dy.shape.length - shape.length;
  const to = [...new Array<number>(missing).fill(1), ...shape];
  return reshape(sumTo(dy, to), shape);
}

/** The shape with the given axes 1, and the same without them. */
export function reducedShape(
  name: string,
  shape: Shape,
  axes: readonly number[] | number | undefined,
): { to: Shape; squeezed: Shape } {
  const list = axes === undefined ? shape.map((_, i) => i) : [axes].flat();
  const chosen = new Set(list.map((a) => axisOf(name, a, shape.length)));
  return { to: shape.map((d, i) => (chosen.has(i) ? 1 : d)), squeezed: shape.filter((_, i) => !chosen.has(i)) };
}
