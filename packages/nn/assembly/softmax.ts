// Softmax and log-sum-exp over rows of N.
import { logSumExpRow, softmaxRow, UNKEPT } from '../../wasm/assembly/lib/softmax';
import { loadPart, storePart } from '../../wasm/assembly/lib/simd';
import { ROWS } from '../../wasm/assembly/lib/units';
import { dot } from './lib/row';

/** Bytes of scratch of `logSumExp`. */
export function unkeptBytes(): i32 {
  return UNKEPT;
}

export { rowUnits } from '../../wasm/assembly/lib/units';

export function softmax(from: i32, to: i32, rows: i32, N: i32, x: usize, y: usize, scratch: usize): void {
  const row = <usize>N << 2, end = <usize>min(rows, to * ROWS) * row;
  for (let at = <usize>(from * ROWS) * row; at < end; at += row) softmaxRow(N, x + at, y + at);
}

/** dx = y (dy - sum(dy y)). */
export function softmaxGrad(
  from: i32, to: i32, rows: i32, N: i32, dy: usize, y: usize, dx: usize, scratch: usize,
): void {
  const row = <usize>N << 2, pairs = <usize>(N & ~7) << 2;
  const first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row;
  dy += skip;
  y += skip;
  dx += skip;
  for (let i = first; i < end; i++) {
    const mean = f32x4.splat(<f32>dot(N, dy, y));
    let at: usize = 0;
    for (; at < pairs; at += 32) {
      const d0 = f32x4.sub(v128.load(dy + at), mean), d1 = f32x4.sub(v128.load(dy + at, 16), mean);
      const x0 = f32x4.mul(v128.load(y + at), d0), x1 = f32x4.mul(v128.load(y + at, 16), d1);
      v128.store(dx + at, x0);
      v128.store(dx + at, x1, 16);
    }
    for (; at < row; at += 16) {
      const rest = <i32>(row - at) >> 2, d = f32x4.sub(loadPart(dy + at, rest), mean);
      storePart(dx + at, f32x4.mul(loadPart(y + at, rest), d), rest);
    }
    dy += row;
    y += row;
    dx += row;
  }
}

export function logSumExp(from: i32, to: i32, rows: i32, N: i32, x: usize, y: usize, scratch: usize): void {
  const row = <usize>N << 2, end = min(rows, to * ROWS);
  for (let i = from * ROWS; i < end; i++) store<f32>(y + (<usize>i << 2), logSumExpRow(N, x + <usize>i * row, scratch));
}
