// Rows divided by their length: y = w x / sqrt(sum(x^2) / over + eps); `over` is D for rmsNorm, 1 for l2Norm. A weight of 0 (no pointer) is 1.
import { fma, loadPart, nfma, storePart } from '../../../wasm/assembly/lib/simd';
import { ROWS } from '../../../wasm/assembly/lib/units';
import { begin } from './columns';
import { dot, dot3 } from './row';

@inline
export function rstdOf(D: i32, over: f64, eps: f64, x: usize): f64 {
  return 1 / sqrt(dot(D, x, x) / over + eps);
}

/** y = w x s over one row. */
@inline
function scale(weighted: bool, D: i32, s: v128, x: usize, weight: usize, y: usize): void {
  const pairs = <usize>(D & ~7) << 2, end = <usize>D << 2;
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    let y0 = f32x4.mul(v128.load(x + at), s), y1 = f32x4.mul(v128.load(x + at, 16), s);
    if (weighted) {
      y0 = f32x4.mul(y0, v128.load(weight + at));
      y1 = f32x4.mul(y1, v128.load(weight + at, 16));
    }
    v128.store(y + at, y0);
    v128.store(y + at, y1, 16);
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2, v = f32x4.mul(loadPart(x + at, rest), s);
    storePart(y + at, weighted ? f32x4.mul(v, loadPart(weight + at, rest)) : v, rest);
  }
}

export function norm(
  from: i32, to: i32, rows: i32, D: i32, over: f64, eps: f64, x: usize, weight: usize, y: usize,
): void {
  const row = <usize>D << 2, first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row;
  x += skip;
  y += skip;
  for (let i = first; i < end; i++) {
    const s = f32x4.splat(<f32>rstdOf(D, over, eps, x));
    if (weight) scale(true, D, s, x, weight, y);
    else scale(false, D, s, x, 0, y);
    x += row;
    y += row;
  }
}

/** dx = s u - c x with u = w dy over one row; sums += dy x s. */
@inline
function scaleGrad(
  weighted: bool, D: i32, s: v128, c: v128, dy: usize, x: usize, weight: usize, dx: usize, sums: usize,
): void {
  const pairs = <usize>(D & ~7) << 2, end = <usize>D << 2;
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const d0 = v128.load(dy + at), d1 = v128.load(dy + at, 16), x0 = v128.load(x + at), x1 = v128.load(x + at, 16);
    if (weighted) {
      const u0 = f32x4.mul(d0, v128.load(weight + at)), u1 = f32x4.mul(d1, v128.load(weight + at, 16));
      const y0 = nfma(c, x0, f32x4.mul(u0, s)), y1 = nfma(c, x1, f32x4.mul(u1, s));
      const s0 = fma(f32x4.mul(d0, x0), s, v128.load(sums + at));
      const s1 = fma(f32x4.mul(d1, x1), s, v128.load(sums + at, 16));
      v128.store(dx + at, y0);
      v128.store(dx + at, y1, 16);
      v128.store(sums + at, s0);
      v128.store(sums + at, s1, 16);
    } else {
      const y0 = nfma(c, x0, f32x4.mul(d0, s)), y1 = nfma(c, x1, f32x4.mul(d1, s));
      v128.store(dx + at, y0);
      v128.store(dx + at, y1, 16);
    }
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2, d = loadPart(dy + at, rest), v = loadPart(x + at, rest);
    const u = weighted ? f32x4.mul(d, loadPart(weight + at, rest)) : d;
    storePart(dx + at, nfma(c, v, f32x4.mul(u, s)), rest);
    if (weighted) storePart(sums + at, fma(f32x4.mul(d, v), s, loadPart(sums + at, rest)), rest);
  }
}

/** `sums` (see `columns`), of which dweight is the total, is used where there is a weight. */
export function normGrad(
  from: i32, to: i32, rows: i32, D: i32, over: f64, eps: f64, dy: usize, x: usize, weight: usize, dx: usize, sums: usize,
): void {
  const row = <usize>D << 2, first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row;
  dy += skip;
  x += skip;
  dx += skip;
  let block = sums;
  for (let i = first; i < end; i++) {
    if (weight && i % ROWS == 0) block = begin(i, D, sums);
    const rstd = rstdOf(D, over, eps, x);
    const along = weight ? dot3(D, dy, x, weight) : dot(D, dy, x);
    const s = f32x4.splat(<f32>rstd), c = f32x4.splat(<f32>(rstd * rstd * rstd * along / over));
    if (weight) scaleGrad(true, D, s, c, dy, x, weight, dx, block);
    else scaleGrad(false, D, s, c, dy, x, 0, dx, 0);
    dy += row;
    x += row;
    dx += row;
  }
}
