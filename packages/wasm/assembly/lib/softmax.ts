// Row-wise exponentials: softmax, log-sum-exp. A row that is -Infinity throughout has no distribution: it gives zeros, and -Infinity.
import { exp } from './exp';
import { log } from './log';
import { maxRow, widen } from './reduce';
import { keepPart, loadPart, storePart } from './simd';

/** y = e^(x - shift) where `write`; returns the sum over the row. */
@inline
export function exponentials(n: i32, x: usize, y: usize, shift: f32, write: bool): f32 {
  const m = f32x4.splat(shift), rest = n & 3;
  let total = f64x2.splat(0), left = n >> 2;
  while (left > 0) {
    // Sixteen vectors in f32, then f64 takes over.
    let s = f32x4.splat(0);
    for (let i = min(left, 16); i > 0; i--) {
      const e = exp(f32x4.sub(v128.load(x), m));
      if (write) {
        v128.store(y, e);
        y += 16;
      }
      s = f32x4.add(s, e);
      x += 16;
    }
    total = widen(total, s);
    left -= 16;
  }
  if (rest) {
    const e = keepPart(exp(f32x4.sub(loadPart(x, rest), m)), f32x4.splat(0), rest);
    if (write) storePart(y, e, rest);
    total = widen(total, e);
  }
  return <f32>(f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1));
}

@inline
export function scale(n: i32, y: usize, by: f32): void {
  const s = f32x4.splat(by), end = y + (<usize>(n & ~3) << 2);
  while (y < end) {
    v128.store(y, f32x4.mul(v128.load(y), s));
    y += 16;
  }
  if (n & 3) storePart(y, f32x4.mul(loadPart(y, n & 3), s), n & 3);
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

/** log of the sum of e^x over n floats. */
export function logSumExpRow(n: i32, x: usize): f32 {
  const top = maxRow(n, x);
  // Infinite or NaN: so is the sum, and nothing may be subtracted from itself.
  if (top - top != 0) return top;
  return top + f32x4.extract_lane(log(f32x4.splat(exponentials(n, x, 0, top, false))), 0);
}
