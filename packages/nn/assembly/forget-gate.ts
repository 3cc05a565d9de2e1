// Forget gates as logarithms, and what they leave to the input: sigmoid(f), above a bound for each of D channels where there is one.
import { softplus } from '../../wasm/assembly/lib/exp';
import { loadPart, nfma, storePart } from '../../wasm/assembly/lib/simd';
import { ROWS } from '../../wasm/assembly/lib/units';
import { begin } from './lib/columns';
import { above, below, fall, gates, near, openGrad } from './lib/gates';

export { sumsBytes, total, totalUnits } from './lib/columns';
export { rowUnits } from '../../wasm/assembly/lib/units';

/** Bytes of a row of D in scratch: whole vectors, which need no parts. */
@inline
function width(D: i32): usize {
  return (<usize>D << 2) + 15 & ~15;
}

/** Bytes of scratch where there are odds. */
export function channelBytes(D: i32): i32 {
  return 3 * <i32>width(D);
}

/** Rows of scratch, of numbers for each channel: share = 1 - gamma = sigmoid(odds), depth = -log gamma = softplus(odds), and gamma. */
function channels(D: i32, odds: usize, scratch: usize): void {
  const step = width(D), end = <usize>D << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const x = loadPart(odds + at, <i32>(end - at) >> 2), e = fall(x), r = near(e), to = scratch + at;
    v128.store(to, above(x, e, r));
    v128.store(to + step, softplus(x));
    v128.store(to + 2 * step, below(x, e, r));
  }
}

export function forward(
  from: i32, to: i32, rows: i32, D: i32, f: usize, odds: usize, log: usize, complement: usize, scratch: usize,
): void {
  const row = <usize>D << 2, first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row;
  f += skip;
  log += skip;
  complement += skip;
  if (!odds) {
    gates(false, true, (end - first) * D, f, 0, 0, log, complement);
    return;
  }
  channels(D, odds, scratch);
  for (let i = first; i < end; i++) {
    gates(true, true, D, f, scratch, width(D), log, complement);
    f += row;
    log += row;
    complement += row;
  }
}

/** df = left (dlog sigmoid(f + depth) - dcomplement sigmoid(f)): a difference of cotangents, never of two sigmoids that are near each other. */
@inline
function slope(dlog: v128, dcomplement: v128, left: v128, keep: v128, open: v128): v128 {
  return f32x4.mul(left, nfma(dcomplement, open, f32x4.mul(dlog, keep)));
}

/** dodds = share (dcomplement sigmoid(-f) gamma - dlog sigmoid(-f - depth)). */
@inline
function lift(dlog: v128, dcomplement: v128, shut: v128, lost: v128, share: v128, gamma: v128): v128 {
  return f32x4.mul(share, nfma(dlog, lost, f32x4.mul(f32x4.mul(dcomplement, shut), gamma)));
}

/** df of one row above bounds; sums += dodds. */
@inline
function boundedGrad(
  D: i32, dlog: usize, dcomplement: usize, f: usize, channel: usize, step: usize, df: usize, sums: usize,
): void {
  const pairs = <usize>(D & ~7) << 2, end = <usize>D << 2;
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const p = channel + at, q = p + step, o = q + step;
    const f0 = v128.load(f + at), f1 = v128.load(f + at, 16), e0 = fall(f0), e1 = fall(f1), r0 = near(e0), r1 = near(e1);
    const t0 = f32x4.add(f0, v128.load(q)), t1 = f32x4.add(f1, v128.load(q, 16));
    const u0 = fall(t0), u1 = fall(t1), v0 = near(u0), v1 = near(u1), shut0 = below(f0, e0, r0), shut1 = below(f1, e1, r1);
    const l0 = v128.load(dlog + at), l1 = v128.load(dlog + at, 16);
    const c0 = v128.load(dcomplement + at), c1 = v128.load(dcomplement + at, 16);
    const share0 = v128.load(p), share1 = v128.load(p, 16);
    const d0 = slope(l0, c0, f32x4.mul(shut0, share0), above(t0, u0, v0), above(f0, e0, r0));
    const d1 = slope(l1, c1, f32x4.mul(shut1, share1), above(t1, u1, v1), above(f1, e1, r1));
    const s0 = f32x4.add(v128.load(sums + at), lift(l0, c0, shut0, below(t0, u0, v0), share0, v128.load(o)));
    const s1 = f32x4.add(v128.load(sums + at, 16), lift(l1, c1, shut1, below(t1, u1, v1), share1, v128.load(o, 16)));
    v128.store(df + at, d0);
    v128.store(df + at, d1, 16);
    v128.store(sums + at, s0);
    v128.store(sums + at, s1, 16);
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2, p = channel + at, q = p + step, share = v128.load(p);
    const x = loadPart(f + at, rest), e = fall(x), r = near(e), t = f32x4.add(x, v128.load(q)), u = fall(t), v = near(u);
    const l = loadPart(dlog + at, rest), c = loadPart(dcomplement + at, rest), shut = below(x, e, r);
    storePart(df + at, slope(l, c, f32x4.mul(shut, share), above(t, u, v), above(x, e, r)), rest);
    const more = lift(l, c, shut, below(t, u, v), share, v128.load(q + step));
    storePart(sums + at, f32x4.add(loadPart(sums + at, rest), more), rest);
  }
}

/** `sums` are those (see `columns`) of which dodds is the total. */
export function backward(
  from: i32, to: i32, rows: i32, D: i32, dlog: usize, dcomplement: usize, f: usize, odds: usize, df: usize, sums: usize,
  scratch: usize,
): void {
  const row = <usize>D << 2, first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row;
  dlog += skip;
  dcomplement += skip;
  f += skip;
  df += skip;
  if (!odds) {
    openGrad(true, (end - first) * D, dlog, dcomplement, f, df);
    return;
  }
  channels(D, odds, scratch);
  let block = sums;
  for (let i = first; i < end; i++) {
    if (i % ROWS == 0) block = begin(i, D, sums);
    boundedGrad(D, dlog, dcomplement, f, scratch, width(D), df, block);
    dlog += row;
    dcomplement += row;
    f += row;
    df += row;
  }
}
