// Rows divided by their length: y = w x / sqrt(sum(x^2) / over + eps); `over` is D for rmsNorm, 1 for l2Norm. A weight of 0 (no pointer) is 1.
import { fma, nfma } from '../../../wasm/assembly/lib/simd';
import { ROWS } from '../../../wasm/assembly/lib/units';
import { begin } from './columns';
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

export function norm(
  from: i32, to: i32, rows: i32, D: i32, over: f64, eps: f64, x: usize, weight: usize, y: usize,
): void {
  const row = <usize>D << 2, whole = <usize>(D & ~3) << 2, rest = D & 3;
  const first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row;
  x += skip;
  y += skip;
  for (let i = first; i < end; i++) {
    const s = f32x4.splat(<f32>rstdOf(D, over, eps, x));
    if (weight) for (let at: usize = 0; at < whole; at += 16) scale(0, at, s, x, weight, y);
    else for (let at: usize = 0; at < whole; at += 16) scale(0, at, s, x, 0, y);
    if (rest) scale(rest, whole, s, x, weight, y);
    x += row;
    y += row;
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

/** `sums` (see `columns`), of which dweight is the total, is used where there is a weight. */
export function normGrad(
  from: i32, to: i32, rows: i32, D: i32, over: f64, eps: f64, dy: usize, x: usize, weight: usize, dx: usize, sums: usize,
): void {
  const row = <usize>D << 2, whole = <usize>(D & ~3) << 2, rest = D & 3;
  const first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row;
  dy += skip;
  x += skip;
  dx += skip;
  let block = sums;
  for (let i = first; i < end; i++) {
    if (weight && i % ROWS == 0) block = begin(i, D, sums);
    const rstd = rstdOf(D, over, eps, x);
    const along = weight ? dot3(D, dy, x, weight) : dot(D, dy, x);
    const s = f32x4.splat(<f32>rstd), c = f32x4.splat(<f32>(rstd * rstd * rstd * along / over));
    if (weight) for (let at: usize = 0; at < whole; at += 16) scaleGrad(0, at, s, c, dy, x, weight, dx, block);
    else for (let at: usize = 0; at < whole; at += 16) scaleGrad(0, at, s, c, dy, x, 0, dx, 0);
    if (rest) scaleGrad(rest, whole, s, c, dy, x, weight, dx, block);
    dy += row;
    x += row;
    dx += row;
  }
}
