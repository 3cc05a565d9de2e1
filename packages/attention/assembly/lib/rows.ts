// Rows of one head, copied between a tensor and scratch, where they are padded to whole vectors of eight.
import { fill } from '../../../wasm/assembly/lib/copy';
import { padRow, unpadRow } from '../../../wasm/assembly/lib/padded';
import { up8 } from './sizes';

/** m rows of n floats, `step` bytes apart, times `by`, into padded ones; up to `rows` rows and whole vectors, zeros follow. */
export function gather(m: i32, rows: i32, n: i32, from: usize, step: usize, to: usize, by: f32): void {
  const row = <usize>up8(n) << 2, f = f32x4.splat(by);
  for (let i = 0; i < m; i++) {
    if (n & 7) v128.store(to + row - 16, f32x4.splat(0));
    padRow(n, f, from, to);
    from += step;
    to += row;
  }
  fill((rows - m) * up8(n), 0, to);
}

/** The way back. Row i is multiplied by the float at by + i on. */
export function scatter(m: i32, n: i32, from: usize, to: usize, step: usize, by: usize, on: usize): void {
  const row = <usize>up8(n) << 2;
  for (let i = 0; i < m; i++) {
    unpadRow(n, v128.load32_splat(by), from, to);
    from += row;
    to += step;
    by += on;
  }
}

/** n floats of a padded row, times f. */
export function unpad(n: i32, f: v128, from: usize, to: usize): void {
  unpadRow(n, f, from, to);
}
