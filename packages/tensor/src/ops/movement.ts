// Ops that move elements: broadcast, permute, slice, pad, concat, band.
import { apply1 } from '../apply.ts';
import { OptionError, ShapeError } from '../errors.ts';
import { requireTensor } from '../inputs.ts';
import type { Op } from '../op.ts';
import { knownOnly, number, shown } from '../options.ts';
import {
  axisOf,
  broadcastShapes,
  requireAxis,
  requireShape,
  requireSize,
  type Shape,
  sameShape,
  strides,
} from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastSteps, indexMap } from './index-map.ts';
import { unbroadcast } from './reduce.ts';

export const broadcastOp: Op<{ to: Shape }> = {
  name: 'broadcastTo',
  inputs: ['x'],
  outputs: ['y'],
  reads: [],
  shape([x], { to }) {
    requireShape('broadcastTo', to);
    if (!sameShape(broadcastShapes('broadcastTo', x!, to), to)) {
      throw new ShapeError(`broadcastTo: [${x}] is larger than [${to}]; broadcasting never shrinks an axis.`);
    }
    return [[...to]];
  },
  cpu([x], [y]) {
    const from = indexMap(y.shape, broadcastSteps(y.shape, x.shape));
    for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[from[i]];
  },
  vjp: ([dy], [x]) => [unbroadcast(dy, x.shape)],
};

export const permuteOp: Op<{ axes: readonly number[] }> = {
  name: 'permute',
  inputs: ['x'],
  outputs: ['y'],
  reads: [],
  shape([x], { axes }) {
    const each = Array.isArray(axes) && x!.every((_, i) => axes.includes(i));
    if (!each || axes.length !== x!.length) {
      throw new ShapeError(
        `permute: axes ${shown(axes)} are no permutation of the ${x!.length} axes of [${x}]; name each axis once.`,
      );
    }
    return [axes.map((a) => x![a])];
  },
  cpu([x], [y], { axes }) {
    const own = strides(x.shape);
    const steps = axes.map((a) => own[a]);
    const from = indexMap(y.shape, steps);
    for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[from[i]];
  },
  vjp: ([dy], _ins, _outs, { axes }) => [
    permute(
      dy,
      axes.map((_, i) => axes.indexOf(i)),
    ),
  ],
};

export interface SliceAttrs {
  axis: number;
  from: number;
  to: number;
}

export const sliceOp: Op<SliceAttrs> = {
  name: 'slice',
  inputs: ['x'],
  outputs: ['y'],
  reads: [],
  shape([x], { axis, from, to }) {
    requireAxis('slice', axis, x!.length);
    if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= x![axis])) {
      throw new ShapeError(
        `slice: ${shown(from)}..${shown(to)} lies outside axis ${axis} of [${x}]; stay within 0..${x![axis]}.`,
      );
    }
    return [x!.map((d, i) => (i === axis ? to - from : d))];
  },
  cpu([x], [y], { axis, from }) {
    const own = strides(x.shape);
    const at = indexMap(y.shape, own, from * own[axis]);
    for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[at[i]];
  },
  vjp: ([dy], [x], _outs, { axis, from, to }) => [pad(dy, axis, from, x.shape[axis] - to)],
};

export interface PadAttrs {
  axis: number;
  before: number;
  after: number;
}

/** Zeros before and after along one axis. */
export const padOp: Op<PadAttrs> = {
  name: 'pad',
  inputs: ['x'],
  outputs: ['y'],
  reads: [],
  shape([x], { axis, before, after }) {
    requireAxis('pad', axis, x!.length);
    requireSize('pad: what stands before', before);
    requireSize('pad: what stands after', after);
    return [x!.map((d, i) => (i === axis ? d + before + after : d))];
  },
  cpu([x], [y], { axis, before }) {
    const own = strides(y.shape);
    const at = indexMap(x.shape, own, before * own[axis]);
    y.data.fill(0);
    for (let i = 0; i < x.data.length; i++) y.data[at[i]] = x.data[i];
  },
  vjp: ([dy], [x], _outs, { axis, before }) => [slice(dy, axis, before, before + x.shape[axis])],
};

export const concatOp: Op<{ axis: number }> = {
  name: 'concat',
  inputs: ['x...'],
  outputs: ['y'],
  reads: [],
  shape(xs, { axis }) {
    const first = xs[0]!;
    requireAxis('concat', axis, first.length);
    for (const x of xs) {
      if (x!.length !== first.length || x!.some((d, i) => i !== axis && d !== first[i])) {
        throw new ShapeError(`concat: [${first}] and [${x}] differ outside axis ${axis}; only that axis may differ.`);
      }
    }
    return [first.map((d, i) => (i === axis ? xs.reduce((n, x) => n + x![axis], 0) : d))];
  },
  cpu(xs, [y], { axis }) {
    const own = strides(y.shape);
    let before = 0;
    for (const x of xs) {
      const at = indexMap(x.shape, own, before * own[axis]);
      for (let i = 0; i < x.data.length; i++) y.data[at[i]] = x.data[i];
      before += x.shape[axis];
    }
  },
  vjp([dy], xs, _outs, { axis }, needs) {
    let before = 0;
    return xs.map((x, i) => {
      const from = before;
      before += x.shape[axis];
      return needs[i] ? slice(dy, axis, from, before) : null;
    });
  },
};

/** Which diagonals of a matrix are kept, and what stands elsewhere. */
export interface BandAttrs {
  /** Smallest and largest column - row that is kept; -Infinity and Infinity for no bound. */
  low: number;
  high: number;
  /** What stands outside the band. */
  fill: number;
}

/** Keeps the elements of the last two axes [.., R, C] with low <= column - row <= high; selects, never multiplies. */
export const bandOp: Op<BandAttrs> = {
  name: 'band',
  inputs: ['x'],
  outputs: ['y'],
  reads: [],
  shape([x], { low, high, fill }) {
    for (const [name, bound] of Object.entries({ low, high })) {
      if (typeof bound !== 'number' || Number.isNaN(bound)) {
        throw new OptionError(`band: ${name} is ${shown(bound)}; give a number, -Infinity or Infinity.`);
      }
    }
    number('band: fill', fill);
    if (x!.length < 2) throw new ShapeError(`band: [${x}] has fewer than two axes; it selects in the last two.`);
    return [x!];
  },
  cpu([x], [y], { low, high, fill }) {
    const columns = x.shape.at(-1)!;
    const rows = x.shape.at(-2)!;
    for (let i = 0; i < y.data.length; i++) {
      const off = (i % columns) - (Math.floor(i / columns) % rows);
      y.data[i] = off >= low && off <= high ? x.data[i] : fill;
    }
  },
  vjp: ([dy], _ins, _outs, { low, high }) => [band(dy, { low, high, fill: 0 })],
};

export const broadcastTo = (x: Tensor, to: Shape): Tensor =>
  Array.isArray(to) && sameShape(x.shape, to) ? x : apply1(broadcastOp, [x], { to });
export const permute = (x: Tensor, axes: readonly number[]): Tensor => apply1(permuteOp, [x], { axes });
export function band(x: Tensor, attrs: BandAttrs): Tensor {
  knownOnly('band', attrs, ['low', 'high', 'fill']);
  return apply1(bandOp, [x], attrs);
}

export function slice(x: Tensor, axis: number, from: number, to: number): Tensor {
  return apply1(sliceOp, [x], { axis: axisOf('slice', axis, x.shape.length), from, to });
}

export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  return apply1(padOp, [x], { axis: axisOf('pad', axis, x.shape.length), before, after });
}

/** Joins tensors along one axis. @throws ShapeError when they differ elsewhere; OptionError when there is none. */
export function concat(xs: readonly Tensor[], axis: number): Tensor {
  if (!Array.isArray(xs) || xs.length === 0) {
    throw new OptionError(`concat: the tensors are ${shown(xs)}; give a list of one or more.`);
  }
  requireTensor('concat', 'the first', xs[0]);
  return apply1(concatOp, xs, { axis: axisOf('concat', axis, xs[0].shape.length) });
}
