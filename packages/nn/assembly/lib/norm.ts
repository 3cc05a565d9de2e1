// Rows divided by their length: y = w x / sqrt(sum(x^2) / over + eps); `over` is D for rmsNorm, 1 for l2Norm. A weight of 0 (no pointer) is 1.
import { fma, nfma } from '../../../wasm/assembly/lib/simd';
import { BLOCK, begin, finish, flush } from './columns';
import { dot, dot3, get, put } from './row';

@inline
export function rstdOf(D: i32, over: f64, eps: f64, x: usize): f64 {
  return 1 / sqrt(dot(D, x, x) / over + eps);
}

@inline
function scale(rest: i32, at: usize, s: v128, x: usize, weight: usize, y: usize): void {
  const v = f32x4.mul(get(x + at, rest), s);
  put(y + at, weight ? f32x4.mul(v, get(weight + at, rest)) : v, rest);
}

export function norm(rows: i32, D: i32, over: f64, eps: f64, x: usize, weight: usize, y: usize): void {
  const whole = <usize>(D & ~3) << 2, rest = D & 3;
  for (let i = 0; i < rows; i++) {
    const s = f32x4.splat(<f32>rstdOf(D, over, eps, x));
    if (weight) for (let at: usize = 0; at < whole; at += 16) scale(0, at, s, x, weight, y);
    else for (let at: usize = 0; at < whole; at += 16) scale(0, at, s, x, 0, y);
    if (rest) scale(rest, whole, s, x, weight, y);
    x += <usize>D << 2;
    y += <usize>D << 2;
  }
}

/** dx = s u - c x with u = w dy; sums += dy x s. */
@inline
function scaleGrad(
  rest: i32, at: usize, s: v128, c: v128, dy: usize, x: usize, weight: usize, dx: usize, sums: usize,
): void {
  const d = get(dy + at, rest), v = get(x + at, rest);
  const u = f32x4.mul(weight ? f32x4.mul(d, get(weight + at, rest)) : d, s);
  put(dx + at, nfma(c, v, u), rest);
  if (weight) put(sums + at, fma(f32x4.mul(d, v), s, get(sums + at, rest)), rest);
}

/** dweight and `sums` (see `columns`) are used where there is a weight. */
export function normGrad(
  rows: i32, D: i32, over: f64, eps: f64, dy: usize, x: usize, weight: usize, dx: usize, dweight: usize, sums: usize,
): void {
  const whole = <usize>(D & ~3) << 2, rest = D & 3;
  if (weight) begin(D, sums);
  for (let i = 0; i < rows; i++) {
    const rstd = rstdOf(D, over, eps, x);
    const along = weight ? dot3(D, dy, x, weight) : dot(D, dy, x);
    const s = f32x4.splat(<f32>rstd), c = f32x4.splat(<f32>(rstd * rstd * rstd * along / over));
    if (weight) for (let at: usize = 0; at < whole; at += 16) scaleGrad(0, at, s, c, dy, x, weight, dx, sums);
    else for (let at: usize = 0; at < whole; at += 16) scaleGrad(0, at, s, c, dy, x, 0, dx, sums);
    if (rest) scaleGrad(rest, whole, s, c, dy, x, weight, dx, sums);
    if (weight && (i & (BLOCK - 1)) == BLOCK - 1) flush(D, sums);
    dy += <usize>D << 2;
    x += <usize>D << 2;
    dx += <usize>D << 2;
  }
  if (weight) finish(D, sums, dweight);
}
