// Row-wise exponentials: softmax, log-sum-exp. A row that is -Infinity throughout has no distribution: it gives zeros, and -Infinity.
import { exp } from './exp';
import { log } from './log';
import { maxRow, widen } from './reduce';
import { keepPart, loadPart, storePart } from './simd';

/**
 * y = e^(x - shift); returns the sum over the row.
 *
 * @param keep false: only the sum is wanted, and y is room for eight floats. They are stored all the same, since an engine that pairs
 * lanes begins at the stores.
 */
@inline
export function exponentials(n: i32, x: usize, y: usize, shift: f32, keep: bool): f32 {
  const m = f32x4.splat(shift), step: usize = keep ? 32 : 0;
  let total = f64x2.splat(0), left = n >> 3;
  while (left > 0) {
    // Sixteen vectors in f32, then f64 takes over.
    let s = f32x4.splat(0);
    for (let i = min(left, 8); i > 0; i--) {
      const e0 = exp(f32x4.sub(v128.load(x), m)), e1 = exp(f32x4.sub(v128.load(x, 16), m));
      v128.store(y, e0);
      v128.store(y, e1, 16);
      s = f32x4.add(f32x4.add(s, e0), e1);
      x += 32;
      y += step;
    }
    total = widen(total, s);
    left -= 8;
  }
  for (left = n & 7; left > 0; left -= 4) {
    const e = keepPart(exp(f32x4.sub(loadPart(x, left), m)), f32x4.splat(0), left);
    storePart(y, e, left);
    total = widen(total, e);
    x += 16;
    y += 16;
  }
  return <f32>(f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1));
}

@inline
export function scale(n: i32, y: usize, by: f32): void {
  const s = f32x4.splat(by), pairs = y + (<usize>(n & ~7) << 2), end = y + (<usize>n << 2);
  for (; y < pairs; y += 32) {
    const y0 = f32x4.mul(v128.load(y), s), y1 = f32x4.mul(v128.load(y, 16), s);
    v128.store(y, y0);
    v128.store(y, y1, 16);
  }
  for (; y < end; y += 16) storePart(y, f32x4.mul(loadPart(y, <i32>(end - y) >> 2), s), <i32>(end - y) >> 2);
}

/** y = softmax(x) over n floats; x and y may be the same. */
export function softmaxRow(n: i32, x: usize, y: usize): void {
  const top = maxRow(n, x);
  if (top == -Infinity) {
    memory.fill(y, 0, <usize>n << 2);
    return;
  }
  scale(n, y, 1 / exponentials(n, x, y, top, true));
}

/** Bytes of scratch of `logSumExpRow`, and of other sums of exponentials that are not kept. */
@inline export const UNKEPT: i32 = 32;

/** log of the sum of e^x over n floats. */
export function logSumExpRow(n: i32, x: usize, scratch: usize): f32 {
  const top = maxRow(n, x);
  // Infinite or NaN: so is the sum, and nothing may be subtracted from itself.
  if (top - top != 0) return top;
  return top + f32x4.extract_lane(log(f32x4.splat(exponentials(n, x, scratch, top, false))), 0);
}
