// e^x and the functions made of it, four at a time. NaN stays NaN; results below 2^-125 may be 0, so that no denormals slow a loop down.
import { constant, EXP, writeConstant } from './constants';
import { log1p } from './log';
import { fma, nfma } from './simd';

/** Places of constants. */
const enum At {
  /** Nothing below it is computed, not even to be thrown away: a denormal product costs a hundred others. */
  Lowest = EXP,
  /** From here on e^x is infinite. */
  Highest,
  Log2e,
  /** 1.5 * 2^23: adding it rounds to an integer, which then lies in the low bits. */
  Magic,
  /** log 2 in two parts, the first of which has so few bits that its multiples are exact. */
  High,
  Low,
  One,
  /** 1/2 in the exponent's place. */
  Half,
  E6,
  E5,
  E4,
  E3,
  E2,
  E1,
  /** Below it tanh is the polynomial. */
  Small,
  T4,
  T3,
  T2,
  T1,
  T0,
  Twenty,
}

export function writeExpConstants(): void {
  writeConstant(At.Lowest, -86.98);
  writeConstant(At.Highest, 89);
  writeConstant(At.Log2e, 1.44269504);
  writeConstant(At.Magic, 12582912);
  writeConstant(At.High, 0.693359375);
  writeConstant(At.Low, -2.12194440e-4);
  writeConstant(At.One, 1);
  writeConstant(At.Half, 0.5);
  writeConstant(At.E6, 1.9875691500e-4);
  writeConstant(At.E5, 1.3981999507e-3);
  writeConstant(At.E4, 8.3334519073e-3);
  writeConstant(At.E3, 4.1665795894e-2);
  writeConstant(At.E2, 1.6666665459e-1);
  writeConstant(At.E1, 5.0000001201e-1);
  writeConstant(At.Small, 0.625);
  writeConstant(At.T4, -5.70498872745e-3);
  writeConstant(At.T3, 2.06390887954e-2);
  writeConstant(At.T2, -5.37397155531e-2);
  writeConstant(At.T1, 1.33314422036e-1);
  writeConstant(At.T0, -3.33332819422e-1);
  writeConstant(At.Twenty, 20);
}

/** e^x, of the nearer bound where x is outside of them: x = n log 2 + r with |r| <= log(2) / 2, a polynomial for e^r, and 2^n in two exact steps. */
@inline
function bounded(x: v128): v128 {
  // pmin and pmax return their first argument when it is NaN.
  const at = f32x4.pmax(f32x4.pmin(x, constant(At.Highest)), constant(At.Lowest));
  const t = fma(at, constant(At.Log2e), constant(At.Magic));
  const n = f32x4.sub(t, constant(At.Magic));
  const r = nfma(n, constant(At.Low), nfma(n, constant(At.High), at));
  let p = constant(At.E6);
  p = fma(p, r, constant(At.E5));
  p = fma(p, r, constant(At.E4));
  p = fma(p, r, constant(At.E3));
  p = fma(p, r, constant(At.E2));
  p = fma(p, r, constant(At.E1));
  const y = f32x4.add(fma(p, f32x4.mul(r, r), r), constant(At.One));
  // 2^(n-1), for 2^128 is none; of t only n is left.
  const half = f32x4.mul(y, i32x4.add(i32x4.shl(t, 23), constant(At.Half)));
  return f32x4.add(half, half);
}

@inline
export function exp(x: v128): v128 {
  return v128.andnot(bounded(x), f32x4.lt(x, constant(At.Lowest)));
}

/** 1 / (1 + e^-x). */
@inline
export function sigmoid(x: v128): v128 {
  const one = constant(At.One);
  return f32x4.div(one, f32x4.add(one, bounded(f32x4.sub(f32x4.splat(0), x))));
}

/** tanh x: an odd polynomial below 0.625, 1 - 2 / (e^2|x| + 1) above. */
@inline
export function tanh(x: v128): v128 {
  const a = f32x4.abs(x), z = f32x4.mul(x, x), one = constant(At.One);
  let p = constant(At.T4);
  p = fma(p, z, constant(At.T3));
  p = fma(p, z, constant(At.T2));
  p = fma(p, z, constant(At.T1));
  p = fma(p, z, constant(At.T0));
  const small = fma(f32x4.mul(p, z), x, x);
  const e = bounded(f32x4.add(a, a));
  const large = f32x4.sub(one, f32x4.div(f32x4.add(one, one), f32x4.add(e, one)));
  const signed = v128.or(large, v128.xor(x, a));
  return v128.bitselect(small, signed, f32x4.lt(a, constant(At.Small)));
}

/** log(1 + e^x), linear above 20. */
@inline
export function softplus(x: v128): v128 {
  const zero = f32x4.splat(0);
  const y = f32x4.add(f32x4.pmax(x, zero), log1p(exp(f32x4.sub(zero, f32x4.abs(x)))));
  return v128.bitselect(x, y, f32x4.gt(x, constant(At.Twenty)));
}
