// Contiguous floats: copied, filled, added.
import { loadPart, storePart } from './simd';

/** y = x over n floats. */
export function copy(n: i32, x: usize, y: usize): void {
  // Below this the call that memory.copy compiles to costs more than the loop.
  if (n > 256) {
    memory.copy(y, x, <usize>n << 2);
    return;
  }
  const pairs = y + (<usize>(n & ~7) << 2), end = y + (<usize>n << 2);
  for (; y < pairs; x += 32, y += 32) {
    const x0 = v128.load(x), x1 = v128.load(x, 16);
    v128.store(y, x0);
    v128.store(y, x1, 16);
  }
  for (; y < end; x += 16, y += 16) storePart(y, loadPart(x, <i32>(end - y) >> 2), <i32>(end - y) >> 2);
}

/** y = value over n floats. */
export function fill(n: i32, value: f32, y: usize): void {
  const v = f32x4.splat(value), pairs = y + (<usize>(n & ~7) << 2), end = y + (<usize>n << 2);
  for (; y < pairs; y += 32) {
    v128.store(y, v);
    v128.store(y, v, 16);
  }
  for (; y < end; y += 16) storePart(y, v, <i32>(end - y) >> 2);
}

/** y = a + b over n floats. */
export function plus(n: i32, a: usize, b: usize, y: usize): void {
  const pairs = y + (<usize>(n & ~7) << 2), end = y + (<usize>n << 2);
  for (; y < pairs; a += 32, b += 32, y += 32) {
    const y0 = f32x4.add(v128.load(a), v128.load(b)), y1 = f32x4.add(v128.load(a, 16), v128.load(b, 16));
    v128.store(y, y0);
    v128.store(y, y1, 16);
  }
  for (; y < end; a += 16, b += 16, y += 16) {
    const rest = <i32>(end - y) >> 2;
    storePart(y, f32x4.add(loadPart(a, rest), loadPart(b, rest)), rest);
  }
}

/** y += x over n floats. */
export function accumulate(n: i32, x: usize, y: usize): void {
  plus(n, y, x, y);
}
