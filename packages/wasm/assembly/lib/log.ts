// Natural logarithm, four at a time.
import { fma } from './simd';

/** log x: x = 2^n m with m in [sqrt(1/2), sqrt(2)), a polynomial for log m. log 0 = -inf, log of a negative is NaN. */
@inline
export function log(x: v128): v128 {
  // Denormals are brought into range first.
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const at = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny);
  // n is such that the bits of m start at those of sqrt(1/2).
  const shifted = i32x4.sub(at, i32x4.splat(0x3f3504f3));
  const n = i32x4.shr_s(shifted, 23);
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const e = f32x4.sub(f32x4.convert_i32x4_s(n), v128.and(f32x4.splat(23), tiny));
  const r = f32x4.sub(m, f32x4.splat(1)), z = f32x4.mul(r, r);
  let p = f32x4.splat(7.0376836292e-2);
  p = fma(p, r, f32x4.splat(-1.1514610310e-1));
  p = fma(p, r, f32x4.splat(1.1676998740e-1));
  p = fma(p, r, f32x4.splat(-1.2420140846e-1));
  p = fma(p, r, f32x4.splat(1.4249322787e-1));
  p = fma(p, r, f32x4.splat(-1.6668057665e-1));
  p = fma(p, r, f32x4.splat(2.0000714765e-1));
  p = fma(p, r, f32x4.splat(-2.4999993993e-1));
  p = fma(p, r, f32x4.splat(3.3333331174e-1));
  let y = f32x4.mul(f32x4.mul(p, r), z);
  y = fma(e, f32x4.splat(-2.12194440e-4), y);
  y = fma(z, f32x4.splat(-0.5), y);
  y = fma(e, f32x4.splat(0.693359375), f32x4.add(r, y));
  const zero = f32x4.splat(0), infinity = f32x4.splat(Infinity);
  y = v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(x, zero));
  y = v128.bitselect(f32x4.splat(NaN), y, f32x4.lt(x, zero));
  // Infinity and NaN stand for themselves.
  return v128.bitselect(y, x, f32x4.lt(x, infinity));
}
