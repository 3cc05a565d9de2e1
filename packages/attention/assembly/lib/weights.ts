// A row of scores to weights, and the gradient of weights to that of scores, in place. Scores count in powers of 2.
import { widen } from '../../../wasm/assembly/lib/reduce';
import { fma, maxLanes, sumLanes } from '../../../wasm/assembly/lib/simd';

@inline const magic: f32 = 12582912; // 1.5 * 2^23: adding it rounds to an integer, which then lies in the low bits.
@inline const lowest: f32 = -125;
/** Bytes of a row that are added in f32 before f64 takes over. */
@inline const BLOCK: usize = 1024;

/** The factor of queries whose scores count in powers of 2, from that of scores in powers of e. */
@inline
export function inPowersOf2(scale: f32): f32 {
  return <f32>(<f64>scale * 1.4426950408889634);
}

/** 2^x for x <= 0: x = n + r with |r| <= 1/2, a polynomial for 2^r, and n added to its exponent. 0 below 2^-125; NaN stays. */
@inline
function power(x: v128): v128 {
  // pmax returns its first argument when that is NaN.
  const at = f32x4.pmax(x, f32x4.splat(lowest)), t = f32x4.add(at, f32x4.splat(magic));
  const r = f32x4.sub(at, f32x4.sub(t, f32x4.splat(magic)));
  let p = f32x4.splat(1.5453163359779865e-4);
  p = fma(p, r, f32x4.splat(1.3390863314270973e-3));
  p = fma(p, r, f32x4.splat(9.618083015084267e-3));
  p = fma(p, r, f32x4.splat(5.5503569543361664e-2));
  p = fma(p, r, f32x4.splat(0.24022650718688965));
  p = fma(p, r, f32x4.splat(0.6931471824645996));
  p = fma(p, r, f32x4.splat(1));
  return v128.andnot(i32x4.add(p, i32x4.shl(t, 23)), f32x4.lt(x, f32x4.splat(lowest)));
}

/** Lanes below n, n in 0..3. */
@inline
function below(n: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n));
}

/**
 * x = 2^(x - largest) over n floats; up to whole vectors, zeros follow.
 *
 * @returns 1 / the sum; 0 when all is -Infinity, and NaN when something is NaN.
 */
export function weigh(n: i32, x: usize): f32 {
  const rest = n & 3, end = x + (<usize>(n & ~3) << 2), seen = below(rest);
  // Finite, so that -Infinity less the largest is -Infinity.
  let m0 = f32x4.splat(-f32.MAX_VALUE), m1 = m0, p = x;
  if (rest) m0 = f32x4.pmax(v128.bitselect(v128.load(end), m0, seen), m0);
  for (; p + 16 < end; p += 32) {
    m0 = f32x4.pmax(v128.load(p), m0);
    m1 = f32x4.pmax(v128.load(p, 16), m1);
  }
  if (p < end) m1 = f32x4.pmax(v128.load(p), m1);
  const top = f32x4.splat(maxLanes(f32x4.pmax(m0, m1)));
  let total = f64x2.splat(0);
  p = x;
  while (p < end) {
    let sum = f32x4.splat(0);
    for (const stop = min(p + BLOCK, end); p < stop; p += 16) {
      const e = power(f32x4.sub(v128.load(p), top));
      v128.store(p, e);
      sum = f32x4.add(sum, e);
    }
    total = widen(total, sum);
  }
  if (rest) {
    const e = v128.and(power(f32x4.sub(v128.load(end), top)), seen);
    v128.store(end, e);
    total = widen(total, e);
  }
  const sum = f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
  return sum == 0 ? 0 : <f32>(1 / sum);
}

/** g = e (g - r <e, g>) over n floats; up to whole vectors, zeros follow. */
export function slope(n: i32, e: usize, g: usize, r: f32): void {
  const rest = n & 3, length = <usize>(n & ~3) << 2, seen = below(rest);
  let total = f64x2.splat(0), at: usize = 0;
  while (at < length) {
    let sum = f32x4.splat(0);
    for (const stop = min(at + BLOCK, length); at < stop; at += 16) sum = fma(v128.load(e + at), v128.load(g + at), sum);
    total = widen(total, sum);
  }
  if (rest) total = widen(total, v128.and(f32x4.mul(v128.load(e + at), v128.load(g + at)), seen));
  const c = f32x4.splat(r * <f32>(f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1)));
  for (at = 0; at < length; at += 16) {
    v128.store(g + at, f32x4.mul(v128.load(e + at), f32x4.sub(v128.load(g + at), c)));
  }
  if (rest) v128.store(g + at, v128.and(f32x4.mul(v128.load(e + at), f32x4.sub(v128.load(g + at), c)), seen));
}
