// Numbers stored in bf16, the upper half of an f32: decoded in registers, or a row at a time.
import { loadPart, storePart } from './simd';

/** Four numbers at p: of f32, or of bf16 where that flag, a literal, is set. */
@inline
export function load4(bf16: bool, p: usize): v128 {
  return bf16 ? i32x4.shl(v128.load16x4_u(p), 16) : v128.load(p);
}

/** The n numbers at p, n in 1..3; the other lanes are 0. */
@inline
export function loadSome(bf16: bool, p: usize, n: i32): v128 {
  return bf16 ? bf16Part(p, n) : loadPart(p, n);
}

@inline
export function loadOne(bf16: bool, p: usize): f32 {
  return bf16 ? reinterpret<f32>(<u32>load<u16>(p) << 16) : load<f32>(p);
}

/** Bytes of n numbers. */
@inline
export function bytes(bf16: bool, n: usize): usize {
  return bf16 ? n << 1 : n << 2;
}

/** The first four numbers of 16 bits of a and b, by turns. */
@inline
export function lows(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** The last four. */
@inline
export function highs(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** The first four numbers of eight in bf16. */
@inline
export function lowBF16(x: v128): v128 {
  return lows(i32x4.splat(0), x);
}

/** The last four. */
@inline
export function highBF16(x: v128): v128 {
  return highs(i32x4.splat(0), x);
}

function bf16Part(p: usize, n: i32): v128 {
  const x = i32x4.replace_lane(i32x4.splat(0), 0, <i32>load<u16>(p) << 16);
  if (n == 1) return x;
  const y = i32x4.replace_lane(x, 1, <i32>load<u16>(p, 2) << 16);
  return n == 2 ? y : i32x4.replace_lane(y, 2, <i32>load<u16>(p, 4) << 16);
}

/** y = x over n numbers, of bf16 to f32. */
export function widen(n: i32, x: usize, y: usize): void {
  const pairs = y + (<usize>(n & ~7) << 2), end = y + (<usize>n << 2);
  for (; y < pairs; x += 16, y += 32) {
    const low = load4(true, x), high = load4(true, x + 8);
    v128.store(y, low);
    v128.store(y, high, 16);
  }
  for (; y < end; x += 8, y += 16) {
    const rest = <i32>(end - y) >> 2;
    storePart(y, rest >= 4 ? load4(true, x) : bf16Part(x, rest), rest);
  }
}
