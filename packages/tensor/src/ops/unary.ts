// Element-wise ops of one argument, one line each.
import { apply1 } from '../apply.ts';
import { numbersIn } from '../bf16.ts';
import { requireTensor } from '../inputs.ts';
import type { Op } from '../op.ts';
import { number } from '../options.ts';
import type { Tensor } from '../tensor.ts';

interface Unary {
  cpu(x: number): number;
  vjp(dy: Tensor, x: Tensor, y: Tensor): Tensor | null;
  reads: readonly ('x' | 'y')[];
}

const sigmoidOf = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

export type UnaryName =
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'reciprocal'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'step'
  | 'softplus';

/** y = f(x) and its gradient. */
const unaryTable: Record<UnaryName, Unary> = {
  neg: { cpu: (x) => -x, reads: [], vjp: (dy) => unary.neg(dy) },
  exp: { cpu: Math.exp, reads: ['y'], vjp: (dy, _, y) => dy.mul(y) },
  log: { cpu: Math.log, reads: ['x'], vjp: (dy, x) => dy.div(x) },
  sqrt: { cpu: Math.sqrt, reads: ['y'], vjp: (dy, _, y) => dy.div(y).mul(0.5) },
  reciprocal: { cpu: (x) => 1 / x, reads: ['y'], vjp: (dy, _, y) => unary.neg(dy.mul(y).mul(y)) },
  sigmoid: { cpu: sigmoidOf, reads: ['y'], vjp: (dy, _, y) => dy.mul(y).mul(y.mul(-1).add(1)) },
  tanh: { cpu: Math.tanh, reads: ['y'], vjp: (dy, _, y) => dy.mul(y.mul(y).mul(-1).add(1)) },
  relu: { cpu: (x) => Math.max(x, 0), reads: ['y'], vjp: (dy, _, y) => dy.where(y) },
  /** 1 where x > 0, else 0. */
  step: { cpu: (x) => (x > 0 ? 1 : 0), reads: [], vjp: () => null },
  /** log(1 + e^x). PyTorch drops the 2e-9 that are left above 20, which no f32 can hold; gates in f64 need them. */
  softplus: {
    cpu: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    reads: ['x'],
    vjp: (dy, x) => dy.mul(unary.sigmoid(x)),
  },
};

function unaryOp(name: UnaryName): Op<null> {
  const { cpu, vjp, reads } = unaryTable[name];
  return {
    name,
    inputs: ['x'],
    outputs: ['y'],
    reads,
    shape: ([x]) => [x!],
    cpu([x], [y]) {
      for (let i = 0; i < y.data.length; i++) y.data[i] = cpu(x.data[i]);
    },
    vjp: ([dy], [x], [y]) => [vjp(dy, x, y)],
  };
}

const names = /* @__PURE__ */ Object.keys(unaryTable) as UnaryName[];
export const unaryOps = /* @__PURE__ */ Object.fromEntries(names.map((name) => [name, unaryOp(name)])) as Record<
  UnaryName,
  Op<null>
>;

/** `unary.exp(x)` and its siblings. */
export const unary = /* @__PURE__ */ Object.fromEntries(
  names.map((name) => [name, (x: Tensor) => apply1(unaryOps[name], [x], null)]),
) as Record<UnaryName, (x: Tensor) => Tensor>;

/** Numbers stored in bf16 as the device's own. */
export const castOp: Op<null> = {
  name: 'cast',
  inputs: ['x'],
  outputs: ['y'],
  bf16: ['x'],
  reads: [],
  shape: ([x]) => [x!],
  cpu([x], [y]) {
    y.data.set(numbersIn(x.data));
  },
  vjp: ([dy]) => [dy],
};

/**
 * The numbers of a tensor in the device's float type, exactly: what an op computes with where it reads bf16.
 *
 * @returns `x` itself where it holds no bf16.
 */
export function cast(x: Tensor): Tensor {
  requireTensor('cast', 'x', x);
  return x.dtype === 'bf16' ? apply1(castOp, [x], null) : x;
}

export const affineOp: Op<{ scale: number; shift: number }> = {
  name: 'affine',
  inputs: ['x'],
  outputs: ['y'],
  reads: [],
  shape([x], { scale, shift }) {
    number('affine: scale', scale);
    number('affine: shift', shift);
    return [x!];
  },
  cpu([x], [y], { scale, shift }) {
    for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] * scale + shift;
  },
  vjp: ([dy], _ins, _outs, { scale }) => [affine(dy, scale, 0)],
};

/** y = scale x + shift, with constants. */
export const affine = (x: Tensor, scale: number, shift: number): Tensor => apply1(affineOp, [x], { scale, shift });
