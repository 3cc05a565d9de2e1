// Softmax and log-sum-exp over rows of N.
import { logSumExpRow, softmaxRow } from '../../wasm/assembly/lib/softmax';
import { ROWS } from '../../wasm/assembly/lib/units';
import { dot, get, put } from './lib/row';

export { rowUnits } from '../../wasm/assembly/lib/units';

export function softmax(from: i32, to: i32, rows: i32, N: i32, x: usize, y: usize, scratch: usize): void {
  const row = <usize>N << 2, end = <usize>min(rows, to * ROWS) * row;
  for (let at = <usize>(from * ROWS) * row; at < end; at += row) softmaxRow(N, x + at, y + at);
}

@inline
function step(rest: i32, at: usize, mean: v128, dy: usize, y: usize, dx: usize): void {
  put(dx + at, f32x4.mul(get(y + at, rest), f32x4.sub(get(dy + at, rest), mean)), rest);
}

/** dx = y (dy - sum(dy y)). */
export function softmaxGrad(
  from: i32, to: i32, rows: i32, N: i32, dy: usize, y: usize, dx: usize, scratch: usize,
): void {
  const row = <usize>N << 2, whole = <usize>(N & ~3) << 2;
  const first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row;
  dy += skip;
  y += skip;
  dx += skip;
  for (let i = first; i < end; i++) {
    const mean = f32x4.splat(<f32>dot(N, dy, y));
    for (let at: usize = 0; at < whole; at += 16) step(0, at, mean, dy, y, dx);
    if (N & 3) step(N & 3, whole, mean, dy, y, dx);
    dy += row;
    y += row;
    dx += row;
  }
}

export function logSumExp(from: i32, to: i32, rows: i32, N: i32, x: usize, y: usize, scratch: usize): void {
  const row = <usize>N << 2, end = min(rows, to * ROWS);
  for (let i = from * ROWS; i < end; i++) store<f32>(y + (<usize>i << 2), logSumExpRow(N, x + <usize>i * row));
}
