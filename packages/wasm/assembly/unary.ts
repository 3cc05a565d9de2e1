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

@inline
function map(op: i32, n: i32, x: usize, y: usize): void {
  const end = y + (<usize>(n & ~3) << 2);
  while (y < end) {
    v128.store(y, f(op, v128.load(x)));
    x += 16;
    y += 16;
  }
  if (n & 3) storePart(y, f(op, loadPart(x, n & 3)), n & 3);
}

export function neg(n: i32, x: usize, y: usize): void { map(NEG, n, x, y); }
export function exp(n: i32, x: usize, y: usize): void { map(EXP, n, x, y); }
export function log(n: i32, x: usize, y: usize): void { map(LOG, n, x, y); }
export function sqrt(n: i32, x: usize, y: usize): void { map(SQRT, n, x, y); }
export function reciprocal(n: i32, x: usize, y: usize): void { map(RECIPROCAL, n, x, y); }
export function sigmoid(n: i32, x: usize, y: usize): void { map(SIGMOID, n, x, y); }
export function tanh(n: i32, x: usize, y: usize): void { map(TANH, n, x, y); }
export function relu(n: i32, x: usize, y: usize): void { map(RELU, n, x, y); }
export function step(n: i32, x: usize, y: usize): void { map(STEP, n, x, y); }
export function softplus(n: i32, x: usize, y: usize): void { map(SOFTPLUS, n, x, y); }

/** y = scale x + shift. */
export function affine(n: i32, x: usize, y: usize, scale: f32, shift: f32): void {
  const s = f32x4.splat(scale), c = f32x4.splat(shift), end = y + (<usize>(n & ~3) << 2);
  while (y < end) {
    v128.store(y, fma(v128.load(x), s, c));
    x += 16;
    y += 16;
  }
  if (n & 3) storePart(y, fma(loadPart(x, n & 3), s, c), n & 3);
}
