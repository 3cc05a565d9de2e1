// The distribution function of the standard normal and its density, over n floats.
import { exp } from '../../wasm/assembly/lib/exp';
import { fma } from '../../wasm/assembly/lib/simd';
import { ELEMENTS } from '../../wasm/assembly/lib/units';
import { get, put } from './lib/row';

export { elementUnits } from '../../wasm/assembly/lib/units';

/** From here on the result is 0 or 1 and the density 0; infinities end here. */
@inline const FAR: f32 = 20;

/**
 * e^(-x^2 / 2) for x in [0,FAR]. The square of the first 12 bits h of x is exact, however large, and is left to exp; of what
 * remains, r = (h^2 - x^2) / 2 in [-0.09,0] wherever the result is not 0, a polynomial is enough.
 */
@inline
function bell(x: v128): v128 {
  const half = f32x4.splat(-0.5), h = v128.and(x, i32x4.splat(0xfffff000));
  const r = f32x4.mul(f32x4.mul(half, f32x4.sub(x, h)), f32x4.add(x, h));
  let p = fma(f32x4.splat(4.1666668e-2), r, f32x4.splat(1.6666667e-1));
  p = fma(p, r, f32x4.splat(0.5));
  p = fma(p, r, f32x4.splat(1));
  const e = exp(f32x4.mul(half, f32x4.mul(h, h)));
  return fma(f32x4.mul(p, r), e, e);
}

/** The definition's series for P in erfc(z) = t e^(P(t) - z^2), t = 1 / (1 + z/2), by the same recurrence; u = 2 t - 1. */
@inline
function series(u: v128): v128 {
  const twice = f32x4.add(u, u);
  let a = f32x4.splat(-8.523809591492654e-8);
  let b = fma(twice, a, f32x4.splat(1.5626441722066142e-8));
  a = f32x4.sub(fma(twice, b, f32x4.splat(1.3036558355805232e-6)), a);
  b = f32x4.sub(fma(twice, a, f32x4.splat(-1.6242900046470256e-6)), b);
  a = f32x4.sub(fma(twice, b, f32x4.splat(-2.0278578112534242e-5)), a);
  b = f32x4.sub(fma(twice, a, f32x4.splat(4.252332480690777e-5)), b);
  a = f32x4.sub(fma(twice, b, f32x4.splat(3.6683949785276145e-4)), a);
  b = f32x4.sub(fma(twice, a, f32x4.splat(-9.465953444820369e-4)), b);
  a = f32x4.sub(fma(twice, b, f32x4.splat(-9.561514786808632e-3)), a);
  b = f32x4.sub(fma(twice, a, f32x4.splat(1.9476473204185836e-2)), b);
  a = f32x4.sub(fma(twice, b, f32x4.splat(0.6419697923564902)), a);
  return f32x4.sub(fma(u, a, f32x4.splat(-0.6513268598908547)), b);
}

/** erfc(|x| / sqrt 2) / 2, or what it leaves of 1: small results keep all their digits. */
@inline
function step(rest: i32, x: usize, y: usize): void {
  const one = f32x4.splat(1), v = get(x, rest), a = f32x4.pmin(f32x4.abs(v), f32x4.splat(FAR));
  const t = f32x4.div(one, fma(f32x4.splat(0.35355338), a, one));
  const e = f32x4.mul(bell(a), exp(series(f32x4.sub(f32x4.add(t, t), one))));
  const outside = f32x4.mul(f32x4.mul(f32x4.splat(0.5), t), e);
  put(y, v128.bitselect(outside, f32x4.sub(one, outside), f32x4.lt(v, f32x4.splat(0))), rest);
}

/** dx = dy e^(-x^2 / 2) / sqrt(2 pi). */
@inline
function stepGrad(rest: i32, dy: usize, x: usize, dx: usize): void {
  const a = f32x4.pmin(f32x4.abs(get(x, rest)), f32x4.splat(FAR));
  put(dx, f32x4.mul(get(dy, rest), f32x4.mul(f32x4.splat(0.3989422804014327), bell(a))), rest);
}

export function normalCdf(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  const end = min(n, to * ELEMENTS), whole = <usize>(end & ~3) << 2;
  for (let at = <usize>(from * ELEMENTS) << 2; at < whole; at += 16) step(0, x + at, y + at);
  if (end & 3) step(end & 3, x + whole, y + whole);
}

export function normalCdfGrad(from: i32, to: i32, n: i32, dy: usize, x: usize, dx: usize, scratch: usize): void {
  const end = min(n, to * ELEMENTS), whole = <usize>(end & ~3) << 2;
  for (let at = <usize>(from * ELEMENTS) << 2; at < whole; at += 16) stepGrad(0, dy + at, x + at, dx + at);
  if (end & 3) stepGrad(end & 3, dy + whole, x + whole, dx + whole);
}
