// Element-wise functions of one argument: y = f(x) over n floats.
import { exp as expOf, sigmoid as sigmoidOf, softplus as softplusOf, tanh as tanhOf } from './lib/exp';
import { log as logOf } from './lib/log';
import { fma, loadPart, storePart } from './lib/simd';

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

@inline
function f(op: i32, x: v128): v128 {
  if (op == NEG) return f32x4.neg(x);
  if (op == EXP) return expOf(x);
  if (op == LOG) return logOf(x);
  if (op == SQRT) return f32x4.sqrt(x);
  if (op == RECIPROCAL) return f32x4.div(f32x4.splat(1), x);
  if (op == SIGMOID) return sigmoidOf(x);
  if (op == TANH) return tanhOf(x);
  if (op == RELU) return f32x4.pmax(x, f32x4.splat(0));
  if (op == STEP) return v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.splat(1));
  return softplusOf(x);
}

/** Numbers of a unit. */
@inline const BLOCK: i32 = 4096;

/** Units of n numbers. */
export function units(n: i32): i32 {
  return (n + BLOCK - 1) / BLOCK;
}

@inline
function map(from: i32, to: i32, op: i32, n: i32, x: usize, y: usize): void {
  const first = from * BLOCK, count = min(n, to * BLOCK) - first, skip = <usize>first << 2;
  const end = y + skip + (<usize>(count & ~3) << 2);
  x += skip;
  y += skip;
  while (y < end) {
    v128.store(y, f(op, v128.load(x)));
    x += 16;
    y += 16;
  }
  if (count & 3) storePart(y, f(op, loadPart(x, count & 3)), count & 3);
}

export function neg(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(from, to, NEG, n, x, y);
}

export function exp(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(from, to, EXP, n, x, y);
}

export function log(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(from, to, LOG, n, x, y);
}

export function sqrt(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(from, to, SQRT, n, x, y);
}

export function reciprocal(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(from, to, RECIPROCAL, n, x, y);
}

export function sigmoid(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(from, to, SIGMOID, n, x, y);
}

export function tanh(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(from, to, TANH, n, x, y);
}

export function relu(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(from, to, RELU, n, x, y);
}

export function step(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(from, to, STEP, n, x, y);
}

export function softplus(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  map(from, to, SOFTPLUS, n, x, y);
}

/** y = scale x + shift. */
export function affine(
  from: i32, to: i32, n: i32, x: usize, y: usize, scale: f32, shift: f32, scratch: usize,
): void {
  const s = f32x4.splat(scale), c = f32x4.splat(shift);
  const first = from * BLOCK, count = min(n, to * BLOCK) - first, skip = <usize>first << 2;
  const end = y + skip + (<usize>(count & ~3) << 2);
  x += skip;
  y += skip;
  while (y < end) {
    v128.store(y, fma(v128.load(x), s, c));
    x += 16;
    y += 16;
  }
  if (count & 3) storePart(y, fma(loadPart(x, count & 3), s, c), count & 3);
}
