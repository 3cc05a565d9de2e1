// Mean and variance norm over rows of D.
import { sumRow } from '../../wasm/assembly/lib/reduce';
import { fma, loadPart, nfma, storePart } from '../../wasm/assembly/lib/simd';
import { ROWS } from '../../wasm/assembly/lib/units';
import { begin } from './lib/columns';
import { dot, dot3, get, put } from './lib/row';

export { sumsBytes, total, totalUnits } from './lib/columns';
export { rowUnits } from '../../wasm/assembly/lib/units';

function shiftRow(D: i32, by: f32, x: usize, y: usize): void {
  const pairs = <usize>(D & ~7) << 2, end = <usize>D << 2, v = f32x4.splat(by);
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const y0 = f32x4.sub(v128.load(x + at), v), y1 = f32x4.sub(v128.load(x + at, 16), v);
    v128.store(y + at, y0);
    v128.store(y + at, y1, 16);
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2;
    storePart(y + at, f32x4.sub(loadPart(x + at, rest), v), rest);
  }
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

export function forward(
  from: i32, to: i32, rows: i32, D: i32, eps: f64, x: usize, weight: usize, bias: usize, y: usize, scratch: usize,
): void {
  const row = <usize>D << 2, whole = <usize>(D & ~3) << 2;
  const first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row;
  x += skip;
  y += skip;
  for (let i = first; i < end; i++) {
    const s = f32x4.splat(centre(D, eps, x, y));
    for (let at: usize = 0; at < whole; at += 16) step(0, at, s, weight, bias, y);
    if (D & 3) step(D & 3, whole, s, weight, bias, y);
    x += row;
    y += row;
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

/** `scales` and `shifts` are the sums (see `columns`) of which dweight and dbias are the totals, 0 where there is none. */
export function backward(
  from: i32, to: i32, rows: i32, D: i32, eps: f64, dy: usize, x: usize, weight: usize, dx: usize,
  scales: usize, shifts: usize, scratch: usize,
): void {
  const row = <usize>D << 2, whole = <usize>(D & ~3) << 2, rest = D & 3;
  const first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row;
  dy += skip;
  x += skip;
  dx += skip;
  let scaleBlock = scales, shiftBlock = shifts;
  for (let i = first; i < end; i++) {
    if (scales && i % ROWS == 0) scaleBlock = begin(i, D, scales);
    if (shifts && i % ROWS == 0) shiftBlock = begin(i, D, shifts);
    const rstd = centre(D, eps, x, dx);
    const mean = weight ? dot(D, dy, weight) : <f64>sumRow(D, dy);
    const along = weight ? dot3(D, dy, dx, weight) : dot(D, dy, dx);
    const s = f32x4.splat(rstd), m = f32x4.splat(<f32>(mean / <f64>D));
    const c = f32x4.splat(<f32>(along * <f64>rstd * <f64>rstd / <f64>D));
    for (let at: usize = 0; at < whole; at += 16) stepGrad(0, at, s, m, c, dy, weight, dx, scaleBlock, shiftBlock);
    if (rest) stepGrad(rest, whole, s, m, c, dy, weight, dx, scaleBlock, shiftBlock);
    dy += row;
    x += row;
    dx += row;
  }
}
