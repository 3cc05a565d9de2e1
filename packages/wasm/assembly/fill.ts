// Memory filled with one number, or with what stands elsewhere.
import { copy, fill } from './lib/copy';
import { loadPart, storePart } from './lib/simd';

/** Numbers of a unit. */
@inline const BLOCK: i32 = 4096;

/** Units of n numbers. */
export function units(n: i32): i32 {
  return (n + BLOCK - 1) / BLOCK;
}

export function full(from: i32, to: i32, n: i32, value: f32, y: usize, scratch: usize): void {
  const first = from * BLOCK;
  fill(min(n, to * BLOCK) - first, value, y + (<usize>first << 2));
}

/** y = x. */
export function assign(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  const first = from * BLOCK, skip = <usize>first << 2;
  copy(min(n, to * BLOCK) - first, x + skip, y + skip);
}

/** y += x. */
export function add(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  const first = from * BLOCK, count = min(n, to * BLOCK) - first, skip = <usize>first << 2;
  x += skip;
  y += skip;
  const end = y + (<usize>(count & ~3) << 2), rest = count & 3;
  while (y < end) {
    v128.store(y, f32x4.add(v128.load(y), v128.load(x)));
    x += 16;
    y += 16;
  }
  if (rest) storePart(y, f32x4.add(loadPart(y, rest), loadPart(x, rest)), rest);
}
