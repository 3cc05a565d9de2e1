// Sums and maxima of a row. A sum adds blocks in f32 and the blocks in f64: its error does not grow with the length.
import { keepPart, loadPart, maxLanes } from './simd';

/** Floats added in f32 before f64 takes over. */
@inline const BLOCK: i32 = 256;

/** The four lanes of x in f64, added to total. */
@inline
export function widen(total: v128, x: v128): v128 {
  const high = i32x4.shuffle(x, x, 2, 3, 0, 1);
  return f64x2.add(total, f64x2.add(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(high)));
}

export function sumRow(n: i32, x: usize): f32 {
  let total = f64x2.splat(0);
  while (n > 0) {
    const m = min(n, BLOCK), end = x + (<usize>(m & ~15) << 2), rest = m & 15;
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    while (x < end) {
      s0 = f32x4.add(s0, v128.load(x));
      s1 = f32x4.add(s1, v128.load(x, 16));
      s2 = f32x4.add(s2, v128.load(x, 32));
      s3 = f32x4.add(s3, v128.load(x, 48));
      x += 64;
    }
    for (let i = 0; i < rest >> 2; i++) {
      s0 = f32x4.add(s0, v128.load(x));
      x += 16;
    }
    if (rest & 3) s1 = f32x4.add(s1, loadPart(x, rest & 3));
    total = widen(total, f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
    n -= m;
  }
  return <f32>(f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1));
}

/** NaN where there is one: it is looked for beside the maximum, for one instruction finds the larger of two numbers, and eight find a NaN too. */
export function maxRow(n: i32, x: usize): f32 {
  const none = f32x4.splat(-Infinity), end = x + (<usize>(n & ~7) << 2), rest = n & 7;
  let s0 = none, s1 = none, odd0 = f32x4.splat(0), odd1 = odd0;
  for (; x < end; x += 32) {
    const x0 = v128.load(x), x1 = v128.load(x, 16);
    s0 = f32x4.pmax(x0, s0);
    s1 = f32x4.pmax(x1, s1);
    odd0 = v128.or(odd0, f32x4.ne(x0, x0));
    odd1 = v128.or(odd1, f32x4.ne(x1, x1));
  }
  s0 = f32x4.max(v128.or(s0, odd0), v128.or(s1, odd1));
  if (rest & 4) {
    s0 = f32x4.max(s0, v128.load(x));
    x += 16;
  }
  if (rest & 3) s0 = f32x4.max(s0, keepPart(loadPart(x, rest & 3), none, rest & 3));
  return maxLanes(s0);
}

/** The first place of a number that is among the n. */
export function firstAt(n: i32, x: usize, value: f32): i32 {
  const wanted = f32x4.splat(value);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const found = i32x4.bitmask(f32x4.eq(v128.load(x + (<usize>i << 2)), wanted));
    if (found) return i + ctz(found);
  }
  while (load<f32>(x + (<usize>i << 2)) != value) i++;
  return i;
}
