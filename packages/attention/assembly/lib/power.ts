// 2^x, and factors between powers of 2 and of e.
import { fma } from '../../../wasm/assembly/lib/simd';

/** The natural logarithm of 2, and its inverse. */
@inline export const LN2: f32 = 0.6931471805599453;
@inline export const LOG2E: f64 = 1.4426950408889634;

/** 1.5 * 2^23: adding it rounds to an integer, which then lies in the low bits. */
@inline const magic: f32 = 12582912;
@inline const lowest: f32 = -125;

/** Bytes of the constants of `power`. */
@inline export const CONSTANTS: usize = 64;

/** Writes them. Where they are literals, an engine (V8 13) makes each of them anew in every round of a loop, which takes longer than all the rest. */
export function writeConstants(at: usize): void {
  store<f32>(at, lowest); store<f32>(at, magic, 4);
  store<f32>(at, 1.5453163359779865e-4, 8); store<f32>(at, 1.3390863314270973e-3, 12);
  store<f32>(at, 9.618083015084267e-3, 16); store<f32>(at, 5.5503569543361664e-2, 20);
  store<f32>(at, 0.24022650718688965, 24); store<f32>(at, 0.6931471824645996, 28);
  store<f32>(at, 1, 32);
}

/**
 * 2^x for x <= 0: x = n + r with |r| <= 1/2, a polynomial for 2^r, and n added to its exponent. 0 below 2^-125; NaN stays.
 *
 * @param l,m,a..g the constants, in the order in which they lie.
 */
@inline
export function powerBy(x: v128, l: v128, m: v128, a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128): v128 {
  // pmax returns its first argument when that is NaN.
  const at = f32x4.pmax(x, l), t = f32x4.add(at, m), r = f32x4.sub(at, f32x4.sub(t, m));
  let p = fma(a, r, b);
  p = fma(p, r, c);
  p = fma(p, r, d);
  p = fma(p, r, e);
  p = fma(p, r, f);
  p = fma(p, r, g);
  return v128.andnot(i32x4.add(p, i32x4.shl(t, 23)), f32x4.lt(x, l));
}

/** Constant i of those at `at`. */
@inline
export function constant(at: usize, i: usize): v128 {
  return v128.load32_splat(at + (i << 2));
}

/** 2^x by the constants at `at`, where a loop is short. */
@inline
export function power(x: v128, at: usize): v128 {
  const l = constant(at, 0), m = constant(at, 1), a = constant(at, 2), b = constant(at, 3), c = constant(at, 4);
  return powerBy(x, l, m, a, b, c, constant(at, 5), constant(at, 6), constant(at, 7), constant(at, 8));
}
