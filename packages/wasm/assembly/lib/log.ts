// Natural logarithm, four at a time.
import { constant, LOG, writeConstant } from './constants';
import { fma } from './simd';

/** Places of constants. */
const enum At {
  /** The bits of sqrt(1/2). */
  Root = LOG,
  Mantissa,
  One,
  P8,
  P7,
  P6,
  P5,
  P4,
  P3,
  P2,
  P1,
  P0,
  /** log 2 in two parts. */
  High,
  Low,
  MinusHalf,
  /** The smallest normal number. */
  Normal,
  /** 2^23, which makes normal numbers of all others. */
  Up,
  Less,
  Infinity,
}

export function writeLogConstants(): void {
  writeConstant(At.Root, reinterpret<f32>(0x3f3504f3));
  writeConstant(At.Mantissa, reinterpret<f32>(0x007fffff));
  writeConstant(At.One, 1);
  writeConstant(At.P8, 7.0376836292e-2);
  writeConstant(At.P7, -1.1514610310e-1);
  writeConstant(At.P6, 1.1676998740e-1);
  writeConstant(At.P5, -1.2420140846e-1);
  writeConstant(At.P4, 1.4249322787e-1);
  writeConstant(At.P3, -1.6668057665e-1);
  writeConstant(At.P2, 2.0000714765e-1);
  writeConstant(At.P1, -2.4999993993e-1);
  writeConstant(At.P0, 3.3333331174e-1);
  writeConstant(At.High, 0.693359375);
  writeConstant(At.Low, -2.12194440e-4);
  writeConstant(At.MinusHalf, -0.5);
  writeConstant(At.Normal, 1.17549435e-38);
  writeConstant(At.Up, 8388608);
  writeConstant(At.Less, -23);
  writeConstant(At.Infinity, Infinity);
}

/** log x of a normal number above 0, plus log 2 `more` times: x = 2^n m with m in [sqrt(1/2), sqrt(2)), a polynomial for log m. */
@inline
export function logOf(x: v128, more: v128): v128 {
  // n is such that the bits of m start at those of sqrt(1/2).
  const shifted = i32x4.sub(x, constant(At.Root));
  const n = i32x4.shr_s(shifted, 23);
  const m = i32x4.add(v128.and(shifted, constant(At.Mantissa)), constant(At.Root));
  const e = f32x4.add(f32x4.convert_i32x4_s(n), more);
  const r = f32x4.sub(m, constant(At.One)), z = f32x4.mul(r, r);
  let p = constant(At.P8);
  p = fma(p, r, constant(At.P7));
  p = fma(p, r, constant(At.P6));
  p = fma(p, r, constant(At.P5));
  p = fma(p, r, constant(At.P4));
  p = fma(p, r, constant(At.P3));
  p = fma(p, r, constant(At.P2));
  p = fma(p, r, constant(At.P1));
  p = fma(p, r, constant(At.P0));
  let y = f32x4.mul(f32x4.mul(p, r), z);
  y = fma(e, constant(At.Low), y);
  y = fma(z, constant(At.MinusHalf), y);
  return fma(e, constant(At.High), f32x4.add(r, y));
}

/** log(1 + x) from -1/2, with the rounding of 1 + x taken back: x - ((1 + x) - 1) is what was lost. */
@inline
export function log1p(x: v128): v128 {
  const one = constant(At.One), u = f32x4.add(one, x), lost = f32x4.sub(x, f32x4.sub(u, one));
  return f32x4.add(logOf(u, f32x4.splat(0)), f32x4.div(lost, u));
}

/** log x; of 0 -Infinity, of a negative number NaN. */
@inline
export function log(x: v128): v128 {
  // Denormals are brought into range first.
  const tiny = f32x4.lt(x, constant(At.Normal)), zero = f32x4.splat(0), infinity = constant(At.Infinity);
  const at = v128.bitselect(f32x4.mul(x, constant(At.Up)), x, tiny);
  let y = logOf(at, v128.and(constant(At.Less), tiny));
  y = v128.bitselect(f32x4.sub(zero, infinity), y, f32x4.eq(x, zero));
  // Of negative numbers all bits, which are NaN.
  y = v128.or(y, f32x4.lt(x, zero));
  // Infinity and NaN stand for themselves.
  return v128.bitselect(y, x, f32x4.lt(x, infinity));
}
