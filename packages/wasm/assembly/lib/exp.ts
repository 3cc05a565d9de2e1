// e^x and the functions made of it, four at a time. NaN stays NaN; results below 2^-126 are 0, so that no denormals slow a loop down.
import { fma, nfma } from './simd';
import { log } from './log';

@inline const magic: f32 = 12582912; // 1.5 * 2^23: adding it rounds to an integer, which then lies in the low bits.
/** The last float above log 2^-126: nothing below it is computed, not even to be thrown away, for a denormal product costs a hundred others. */
@inline const lowest: f32 = -87.33654;

/** e^x: x = n log 2 + r with |r| <= log(2) / 2, a polynomial for e^r, and 2^n in two exact steps. */
@inline
export function exp(x: v128): v128 {
  // pmin and pmax return their first argument when it is NaN.
  const at = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(lowest));
  const t = fma(at, f32x4.splat(1.44269504), f32x4.splat(magic));
  const n = f32x4.sub(t, f32x4.splat(magic));
  const r = nfma(n, f32x4.splat(-2.12194440e-4), nfma(n, f32x4.splat(0.693359375), at));
  let p = f32x4.splat(1.9875691500e-4);
  p = fma(p, r, f32x4.splat(1.3981999507e-3));
  p = fma(p, r, f32x4.splat(8.3334519073e-3));
  p = fma(p, r, f32x4.splat(4.1665795894e-2));
  p = fma(p, r, f32x4.splat(1.6666665459e-1));
  p = fma(p, r, f32x4.splat(5.0000001201e-1));
  const y = f32x4.add(fma(p, f32x4.mul(r, r), r), f32x4.splat(1));
  const e = i32x4.sub(t, f32x4.splat(magic)), half = i32x4.shr_s(e, 1);
  const bias = i32x4.splat(127);
  const s = i32x4.shl(i32x4.add(half, bias), 23), u = i32x4.shl(i32x4.add(i32x4.sub(e, half), bias), 23);
  const result = f32x4.mul(f32x4.mul(y, s), u);
  return v128.andnot(result, f32x4.lt(x, f32x4.splat(lowest)));
}

/** 1 / (1 + e^-x). */
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp(f32x4.neg(x))));
}

/** tanh x: an odd polynomial below 0.625, 1 - 2 / (e^2|x| + 1) above. */
@inline
export function tanh(x: v128): v128 {
  const a = f32x4.abs(x), z = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = fma(p, z, f32x4.splat(2.06390887954e-2));
  p = fma(p, z, f32x4.splat(-5.37397155531e-2));
  p = fma(p, z, f32x4.splat(1.33314422036e-1));
  p = fma(p, z, f32x4.splat(-3.33332819422e-1));
  const small = fma(f32x4.mul(p, z), x, x);
  const one = f32x4.splat(1), e = exp(f32x4.add(a, a));
  const large = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(e, one)));
  const signed = v128.or(large, v128.and(x, f32x4.splat(-0.0)));
  return v128.bitselect(small, signed, f32x4.lt(a, f32x4.splat(0.625)));
}

/** log(1 + e^x), linear above 20. */
@inline
export function softplus(x: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(x))), one = f32x4.splat(1), u = f32x4.add(one, e);
  // log(1 + e) with the rounding of 1 + e taken back: e - ((1 + e) - 1) is what was lost.
  const lost = f32x4.sub(e, f32x4.sub(u, one));
  const log1p = f32x4.add(log(u), f32x4.div(lost, u));
  const y = f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1p);
  return v128.bitselect(x, y, f32x4.gt(x, f32x4.splat(20)));
}
