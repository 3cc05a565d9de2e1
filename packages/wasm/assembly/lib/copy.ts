// Contiguous floats: copied, filled.
import { loadPart, storePart } from './simd';

/** y = x over n floats. */
export function copy(n: i32, x: usize, y: usize): void {
  // Below this the call that memory.copy compiles to costs more than the loop.
  if (n > 256) {
    memory.copy(y, x, <usize>n << 2);
    return;
  }
  const end = y + (<usize>(n & ~3) << 2);
  while (y < end) {
    v128.store(y, v128.load(x));
    x += 16;
    y += 16;
  }
  if (n & 3) storePart(y, loadPart(x, n & 3), n & 3);
}

/** y = value over n floats. */
export function fill(n: i32, value: f32, y: usize): void {
  const v = f32x4.splat(value), end = y + (<usize>(n & ~3) << 2);
  while (y < end) {
    v128.store(y, v);
    y += 16;
  }
  if (n & 3) storePart(y, v, n & 3);
}

/** y += x over n floats. */
export function accumulate(n: i32, x: usize, y: usize): void {
  const end = y + (<usize>(n & ~3) << 2);
  while (y < end) {
    v128.store(y, f32x4.add(v128.load(y), v128.load(x)));
    x += 16;
    y += 16;
  }
  if (n & 3) storePart(y, f32x4.add(loadPart(y, n & 3), loadPart(x, n & 3)), n & 3);
}
