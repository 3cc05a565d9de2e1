// Mean and variance norm over rows of D.
import { sumRow } from '../../wasm/assembly/lib/reduce';
import { fma, nfma } from '../../wasm/assembly/lib/simd';
import { BLOCK, begin, finish, flush } from './lib/columns';
import { dot, dot3, get, put } from './lib/row';

@inline
function shift(rest: i32, at: usize, by: v128, x: usize, y: usize): void {
  put(y + at, f32x4.sub(get(x + at, rest), by), rest);
}

function shiftRow(D: i32, by: f32, x: usize, y: usize): void {
  const whole = <usize>(D & ~3) << 2, v = f32x4.splat(by);
  for (let at: usize = 0; at < whole; at += 16) shift(0, at, v, x, y);
  if (D & 3) shift(D & 3, whole, v, x, y);
}

/** y = x - mean(x), twice: where the mean is many deviations away, its rounding would show in every element. Returns 1 / deviation. */
function centre(D: i32, eps: f64, x: usize, y: usize): f32 {
  shiftRow(D, sumRow(D, x) / <f32>D, x, y);
  shiftRow(D, sumRow(D, y) / <f32>D, y, y);
  return <f32>(1 / sqrt(dot(D, y, y) / <f64>D + eps));
}

@inline
function step(rest: i32, at: usize, s: v128, weight: usize, bias: usize, y: usize): void {
  let v = f32x4.mul(get(y + at, rest), s);
  if (weight) v = f32x4.mul(v, get(weight + at, rest));
  put(y + at, bias ? f32x4.add(v, get(bias + at, rest)) : v, rest);
}

export function forward(rows: i32, D: i32, eps: f64, x: usize, weight: usize, bias: usize, y: usize): void {
  const whole = <usize>(D & ~3) << 2;
  for (let i = 0; i < rows; i++) {
    const s = f32x4.splat(centre(D, eps, x, y));
    for (let at: usize = 0; at < whole; at += 16) step(0, at, s, weight, bias, y);
    if (D & 3) step(D & 3, whole, s, weight, bias, y);
    x += <usize>D << 2;
    y += <usize>D << 2;
  }
}

/** dx holds x - mean and becomes s (u - m - (x - mean) c) with u = w dy; both sums grow by this row. */
@inline
function stepGrad(
  rest: i32, at: usize, s: v128, m: v128, c: v128, dy: usize, weight: usize, dx: usize, scales: usize, shifts: usize,
): void {
  const d = get(dy + at, rest), centred = get(dx + at, rest);
  const u = weight ? f32x4.mul(d, get(weight + at, rest)) : d;
  put(dx + at, f32x4.mul(s, nfma(c, centred, f32x4.sub(u, m))), rest);
  if (scales) put(scales + at, fma(f32x4.mul(d, centred), s, get(scales + at, rest)), rest);
  if (shifts) put(shifts + at, f32x4.add(d, get(shifts + at, rest)), rest);
}

/** `scales` and `shifts` are the sums (see `columns`) behind dweight and dbias, 0 where there is none. */
export function backward(
  rows: i32, D: i32, eps: f64, dy: usize, x: usize, weight: usize,
  dx: usize, dweight: usize, dbias: usize, scales: usize, shifts: usize,
): void {
  const whole = <usize>(D & ~3) << 2, rest = D & 3;
  if (scales) begin(D, scales);
  if (shifts) begin(D, shifts);
  for (let i = 0; i < rows; i++) {
    const rstd = centre(D, eps, x, dx);
    const mean = weight ? dot(D, dy, weight) : <f64>sumRow(D, dy);
    const along = weight ? dot3(D, dy, dx, weight) : dot(D, dy, dx);
    const s = f32x4.splat(rstd), m = f32x4.splat(<f32>(mean / <f64>D));
    const c = f32x4.splat(<f32>(along * <f64>rstd * <f64>rstd / <f64>D));
    for (let at: usize = 0; at < whole; at += 16) stepGrad(0, at, s, m, c, dy, weight, dx, scales, shifts);
    if (rest) stepGrad(rest, whole, s, m, c, dy, weight, dx, scales, shifts);
    if ((i & (BLOCK - 1)) == BLOCK - 1) {
      if (scales) flush(D, scales);
      if (shifts) flush(D, shifts);
    }
    dy += <usize>D << 2;
    x += <usize>D << 2;
    dx += <usize>D << 2;
  }
  if (scales) finish(D, scales, dweight);
  if (shifts) finish(D, shifts, dbias);
}
