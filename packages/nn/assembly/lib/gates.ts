// Gates as sigmoids of x without loss on either side, and their logarithms, above bounds or not.
import { constant, ONE } from '../../../wasm/assembly/lib/constants';
import { exp } from '../../../wasm/assembly/lib/exp';
import { log1p } from '../../../wasm/assembly/lib/log';
import { loadPart, nfma, storePart } from '../../../wasm/assembly/lib/simd';

/** e^-|x|, of which both sides of a sigmoid are made without loss. */
@inline
export function fall(x: v128): v128 {
  return exp(f32x4.sub(f32x4.splat(0), f32x4.abs(x)));
}

/** 1 / (1 + e). */
@inline
export function near(e: v128): v128 {
  const one = constant(ONE);
  return f32x4.div(one, f32x4.add(one, e));
}

/** sigmoid(x), given e = fall(x) and r = near(e). */
@inline
export function above(x: v128, e: v128, r: v128): v128 {
  return v128.bitselect(f32x4.mul(e, r), r, f32x4.lt(x, f32x4.splat(0)));
}

/** sigmoid(-x). */
@inline
export function below(x: v128, e: v128, r: v128): v128 {
  return v128.bitselect(r, f32x4.mul(e, r), f32x4.lt(x, f32x4.splat(0)));
}

/**
 * log(gamma + (1 - gamma) sigmoid(f)), of which `left` is the complement. Up to 1/2 that says all; beyond it, where f is negative,
 * the gate is the larger of e^f and gamma times (1 + e^-|f + depth|) / (1 + e^f), which is between 1/2 and 2.
 */
@inline
function logAbove(f: v128, depth: v128, left: v128, e: v128, r: v128): v128 {
  const zero = f32x4.splat(0), low = f32x4.le(f32x4.add(left, left), constant(ONE));
  const more = f32x4.mul(f32x4.sub(fall(f32x4.add(f, depth)), e), r);
  const base = v128.andnot(f32x4.pmax(f, f32x4.sub(zero, depth)), low);
  return f32x4.add(base, log1p(v128.bitselect(f32x4.sub(zero, left), more, low)));
}

/** log(sigmoid(x)), given e = fall(x). */
@inline
function logOpen(x: v128, e: v128): v128 {
  return f32x4.sub(f32x4.pmin(x, f32x4.splat(0)), log1p(e));
}

/** n gates; above bounds they are one row, of `channels`. Without a complement the logarithm alone. */
@inline
export function gates(
  bounded: bool, whole: bool, n: i32, f: usize, channel: usize, step: usize, log: usize, complement: usize,
): void {
  const pairs = <usize>(n & ~7) << 2, end = <usize>n << 2;
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const f0 = v128.load(f + at), f1 = v128.load(f + at, 16), e0 = fall(f0), e1 = fall(f1), r0 = near(e0), r1 = near(e1);
    let c0 = below(f0, e0, r0), c1 = below(f1, e1, r1), y0: v128, y1: v128;
    if (bounded) {
      const p = channel + at, depth = p + step;
      c0 = f32x4.mul(c0, v128.load(p));
      c1 = f32x4.mul(c1, v128.load(p, 16));
      y0 = logAbove(f0, v128.load(depth), c0, e0, r0);
      y1 = logAbove(f1, v128.load(depth, 16), c1, e1, r1);
    } else {
      y0 = logOpen(f0, e0);
      y1 = logOpen(f1, e1);
    }
    v128.store(log + at, y0);
    v128.store(log + at, y1, 16);
    if (whole) {
      v128.store(complement + at, c0);
      v128.store(complement + at, c1, 16);
    }
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2, x = loadPart(f + at, rest), e = fall(x), r = near(e), p = channel + at;
    let c = below(x, e, r);
    if (bounded) c = f32x4.mul(c, v128.load(p));
    storePart(log + at, bounded ? logAbove(x, v128.load(p + step), c, e, r) : logOpen(x, e), rest);
    if (whole) storePart(complement + at, c, rest);
  }
}

/** df = sigmoid(-f) (dlog - dcomplement sigmoid(f)) of n gates without bounds. */
@inline
export function openGrad(whole: bool, n: i32, dlog: usize, dcomplement: usize, f: usize, df: usize): void {
  const pairs = <usize>(n & ~7) << 2, end = <usize>n << 2;
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const f0 = v128.load(f + at), f1 = v128.load(f + at, 16), e0 = fall(f0), e1 = fall(f1), r0 = near(e0), r1 = near(e1);
    let d0 = v128.load(dlog + at), d1 = v128.load(dlog + at, 16);
    if (whole) {
      d0 = nfma(v128.load(dcomplement + at), above(f0, e0, r0), d0);
      d1 = nfma(v128.load(dcomplement + at, 16), above(f1, e1, r1), d1);
    }
    d0 = f32x4.mul(below(f0, e0, r0), d0);
    d1 = f32x4.mul(below(f1, e1, r1), d1);
    v128.store(df + at, d0);
    v128.store(df + at, d1, 16);
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2, x = loadPart(f + at, rest), e = fall(x), r = near(e);
    let d = loadPart(dlog + at, rest);
    if (whole) d = nfma(loadPart(dcomplement + at, rest), above(x, e, r), d);
    storePart(df + at, f32x4.mul(below(x, e, r), d), rest);
  }
}
