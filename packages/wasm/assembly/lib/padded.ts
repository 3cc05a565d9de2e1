// Rows padded to whole vectors, and the way of a row into them and back.
import { loadPart, storePart } from './simd';

/** The floats of a padded row. */
@inline
export function padded(n: i32): i32 {
  return (n + 3) & ~3;
}

/** Zeros from p up to `end`, whole vectors. */
export function clear(p: usize, end: usize): void {
  for (; p < end; p += 16) v128.store(p, f32x4.splat(0));
}

/** n floats times f into a padded row. */
@inline
export function padRow(n: i32, f: v128, from: usize, to: usize): void {
  const whole = <usize>(n & ~3) << 2, rest = n & 3;
  for (let at: usize = 0; at < whole; at += 16) v128.store(to + at, f32x4.mul(f, v128.load(from + at)));
  if (rest) v128.store(to + whole, f32x4.mul(f, loadPart(from + whole, rest)));
}

/** The way back. */
@inline
export function unpadRow(n: i32, f: v128, from: usize, to: usize): void {
  const whole = <usize>(n & ~3) << 2, rest = n & 3;
  for (let at: usize = 0; at < whole; at += 16) v128.store(to + at, f32x4.mul(f, v128.load(from + at)));
  if (rest) storePart(to + whole, f32x4.mul(f, v128.load(from + whole)), rest);
}
