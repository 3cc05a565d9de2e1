// Softmax and log-sum-exp over rows of N.
import { logSumExpRow, softmaxRow } from '../../wasm/assembly/lib/softmax';
import { dot, get, put } from './lib/row';

export function softmax(rows: i32, N: i32, x: usize, y: usize): void {
  for (let i = 0; i < rows; i++) {
    softmaxRow(N, x, y);
    x += <usize>N << 2;
    y += <usize>N << 2;
  }
}

@inline
function step(rest: i32, at: usize, mean: v128, dy: usize, y: usize, dx: usize): void {
  put(dx + at, f32x4.mul(get(y + at, rest), f32x4.sub(get(dy + at, rest), mean)), rest);
}

/** dx = y (dy - sum(dy y)). */
export function softmaxGrad(rows: i32, N: i32, dy: usize, y: usize, dx: usize): void {
  const whole = <usize>(N & ~3) << 2;
  for (let i = 0; i < rows; i++) {
    const mean = f32x4.splat(<f32>dot(N, dy, y));
    for (let at: usize = 0; at < whole; at += 16) step(0, at, mean, dy, y, dx);
    if (N & 3) step(N & 3, whole, mean, dy, y, dx);
    dy += <usize>N << 2;
    y += <usize>N << 2;
    dx += <usize>N << 2;
  }
}

export function logSumExp(rows: i32, N: i32, x: usize, y: usize): void {
  for (let i = 0; i < rows; i++) {
    store<f32>(y, logSumExpRow(N, x));
    x += <usize>N << 2;
    y += 4;
  }
}
