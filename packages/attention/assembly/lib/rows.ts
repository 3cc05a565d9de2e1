// Rows of one head, copied between a tensor and scratch, where they are padded to whole vectors.
import { loadPart, storePart } from '../../../wasm/assembly/lib/simd';

/** The floats of a padded row. */
@inline
export function padded(n: i32): i32 {
  return (n + 3) & ~3;
}

export function clear(p: usize, end: usize): void {
  for (; p < end; p += 16) v128.store(p, f32x4.splat(0));
}

/**
 * m rows of n floats, `step` bytes apart, into padded ones; up to a multiple of 4 rows, zeros follow. Row i is multiplied by the
 * float at by + i on.
 */
export function gather(m: i32, n: i32, from: usize, step: usize, to: usize, by: usize, on: usize): void {
  const whole = <usize>(n & ~3) << 2, rest = n & 3, row = <usize>padded(n) << 2, end = to + <usize>padded(m) * row;
  for (let i = 0; i < m; i++) {
    const f = v128.load32_splat(by);
    for (let at: usize = 0; at < whole; at += 16) v128.store(to + at, f32x4.mul(f, v128.load(from + at)));
    if (rest) v128.store(to + whole, f32x4.mul(f, loadPart(from + whole, rest)));
    from += step;
    to += row;
    by += on;
  }
  clear(to, end);
}

/** The way back. */
export function scatter(m: i32, n: i32, from: usize, to: usize, step: usize, by: usize, on: usize): void {
  const whole = <usize>(n & ~3) << 2, rest = n & 3, row = <usize>padded(n) << 2;
  for (let i = 0; i < m; i++) {
    const f = v128.load32_splat(by);
    for (let at: usize = 0; at < whole; at += 16) v128.store(to + at, f32x4.mul(f, v128.load(from + at)));
    if (rest) storePart(to + whole, f32x4.mul(f, v128.load(from + whole)), rest);
    from += row;
    to += step;
    by += on;
  }
}
