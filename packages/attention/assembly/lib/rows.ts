// Rows of one head, copied between a tensor and scratch, where they are padded to whole vectors.
import { clear, padded, padRow, unpadRow } from '../../../wasm/assembly/lib/padded';

/**
 * m rows of n floats, `step` bytes apart, into padded ones; up to a multiple of 4 rows, zeros follow. Row i is multiplied by the
 * float at by + i on.
 */
export function gather(m: i32, n: i32, from: usize, step: usize, to: usize, by: usize, on: usize): void {
  const row = <usize>padded(n) << 2, end = to + <usize>padded(m) * row;
  for (let i = 0; i < m; i++) {
    padRow(n, v128.load32_splat(by), from, to);
    from += step;
    to += row;
    by += on;
  }
  clear(to, end);
}

/** The way back. */
export function scatter(m: i32, n: i32, from: usize, to: usize, step: usize, by: usize, on: usize): void {
  const row = <usize>padded(n) << 2;
  for (let i = 0; i < m; i++) {
    unpadRow(n, v128.load32_splat(by), from, to);
    from += row;
    to += step;
    by += on;
  }
}
