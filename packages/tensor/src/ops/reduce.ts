// Sums and maxima over axes.
import { apply1, reshape } from '../apply.ts';
import { ShapeError } from '../errors.ts';
import type { Op } from '../op.ts';
import { axisOf, broadcastShapes, requireShape, type Shape, sameShape } from '../shape.ts';
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
