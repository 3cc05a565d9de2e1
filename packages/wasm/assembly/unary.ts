// Element-wise functions of one argument: y = f(x) over n floats.
import { widen } from './lib/bf16';
import { exp as expOf, sigmoid as sigmoidOf, softplus as softplusOf, tanh as tanhOf } from './lib/exp';
import { log as logOf } from './lib/log';
import { fma, loadPart, storePart } from './lib/simd';
import { ELEMENTS, pieces } from './lib/units';

@inline const NEG = 0;
@inline const EXP = 1;
@inline const LOG = 2;
@inline const SQRT = 3;
@inline const RECIPROCAL = 4;
@inline const SIGMOID = 5;
@inline const TANH = 6;
@inline const RELU = 7;
@inline const STEP = 8;
@inline const SOFTPLUS = 9;
@inline const AFFINE = 10;

/** Units of n elements. */
export function units(n: i32): i32 {
  return pieces(n, ELEMENTS);
}

@inline
function f(op: i32, x: v128, scale: v128, shift: v128): v128 {
  if (op == NEG) return f32x4.neg(x);
  if (op == EXP) return expOf(x);
  if (op == LOG) return logOf(x);
  if (op == SQRT) return f32x4.sqrt(x);
  if (op == RECIPROCAL) return f32x4.div(f32x4.splat(1), x);
  if (op == SIGMOID) return sigmoidOf(x);
  if (op == TANH) return tanhOf(x);
  if (op == RELU) return f32x4.pmax(x, f32x4.splat(0));
  if (op == STEP) return v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.splat(1));
  if (op == SOFTPLUS) return softplusOf(x);
  return fma(x, scale, shift);
}

@inline
function map(op: i32, from: i32, to: i32, n: i32, x: usize, y: usize, scale: f32 = 1, shift: f32 = 0): void {
  const first = from * ELEMENTS, end = min(n, to * ELEMENTS), pairs = first + ((end - first) & ~7);
  const s = f32x4.splat(scale), c = f32x4.splat(shift);
  let i = first;
  for (; i < pairs; i += 8) {
    const p = x + (<usize>i << 2), q = y + (<usize>i << 2);
    const low = f(op, v128.load(p), s, c), high = f(op, v128.load(p, 16), s, c);
    v128.store(q, low);
    v128.store(q, high, 16);
  }
  for (; i < end; i += 4) storePart(y + (<usize>i << 2), f(op, loadPart(x + (<usize>i << 2), end - i), s, c), end - i);
}

export function neg(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(NEG, from, to, n, x, y);
}

export function exp(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(EXP, from, to, n, x, y);
}

export function log(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(LOG, from, to, n, x, y);
}

export function sqrt(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(SQRT, from, to, n, x, y);
}

export function reciprocal(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(RECIPROCAL, from, to, n, x, y);
}

export function sigmoid(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(SIGMOID, from, to, n, x, y);
}

export function tanh(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(TANH, from, to, n, x, y);
}

export function relu(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(RELU, from, to, n, x, y);
}

export function step(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(STEP, from, to, n, x, y);
}

export function softplus(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(SOFTPLUS, from, to, n, x, y);
}

/** y = scale x + shift. */
export function affine(
  from: i32, to: i32, n: i32, scale: f32, shift: f32, x: usize, y: usize, scratch: usize,
): void {
  map(AFFINE, from, to, n, x, y, scale, shift);
}

/** y = x, of bf16 to f32. */
export function cast(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  const first = from * ELEMENTS;
  widen(min(n, to * ELEMENTS) - first, x + (<usize>first << 1), y + (<usize>first << 2));
}
