// The delta rule with a decay per key channel, forward: a chunk, and a single token.
import { exp } from '../../../wasm/assembly/lib/exp';
import { fma, loadPart, storePart, sumLanes } from '../../../wasm/assembly/lib/simd';
import { smallMatmul } from '../../../wasm/assembly/lib/small-matmul';
import { addLower, C, rowStep, scatter, whole } from './chunk';
import { decays, reads } from './vector';
import { advance, correct, Frame } from './vector-delta';

/** Tokens from t on: O = (e^G Q) S + P Vn; then the state moves on in place. */
export function forward(f: Frame, t: i32, scale: f32, y: usize): void {
  const m = min(C, f.T - t), to = y + <usize>t * f.vstep, direct = whole(m, f.V);
  const out = direct ? to : f.y, step = rowStep(m, f.V, f.vstep);
  decays(f, t);
  correct(f, t);
  reads(f, t, scale);
  smallMatmul(C, f.vp, f.K, f.start, f.ks, f.s, f.vs, out, step, 0);
  addLower(f.vp, f.a, f.vn, f.vs, out, step);
  if (!direct) scatter(m, f.V, out, to, f.vstep, 1, false);
  advance(f, f.s);
}

/** n columns of one token, n <= 4: y and the state from S [K,V], `row` bytes to a row. `both` is <q, k>. */
@inline
function column(
  n: i32, f: Frame, v: usize, row: usize, from: usize, to: usize, y: usize, beta: v128, both: v128, scale: v128,
): void {
  const size = <usize>f.K << 2;
  let held = f32x4.splat(0), read = held;
  if (from) {
    let p = from;
    for (let i: usize = 0; i < size; i += 4) {
      const s = n == 4 ? v128.load(p) : loadPart(p, n);
      held = fma(v128.load32_splat(f.kstart + i), s, held);
      read = fma(v128.load32_splat(f.start + i), s, read);
      p += row;
    }
  }
  const written = f32x4.mul(beta, f32x4.sub(n == 4 ? v128.load(v) : loadPart(v, n), held));
  const out = f32x4.mul(scale, fma(both, written, read));
  if (n == 4) v128.store(y, out);
  else storePart(y, out, n);
  for (let i: usize = 0; i < size; i += 4) {
    let s = f32x4.mul(v128.load32_splat(f.k + i), written);
    if (from) {
      s = fma(v128.load32_splat(f.decay + i), n == 4 ? v128.load(from) : loadPart(from, n), s);
      from += row;
    }
    if (n == 4) v128.store(to, s);
    else storePart(to, s, n);
    to += row;
  }
}

/** Sixteen columns: as many sums as the latency of an addition hides. */
@inline
function columns(
  f: Frame, v: usize, row: usize, from: usize, to: usize, y: usize, beta: v128, both: v128, scale: v128,
): void {
  const size = <usize>f.K << 2, q = f.start, x = f.kstart, k = f.k, decay = f.decay;
  let h0 = f32x4.splat(0), h1 = h0, h2 = h0, h3 = h0, r0 = h0, r1 = h0, r2 = h0, r3 = h0;
  let p = from;
  for (let i: usize = 0; i < size; i += 4) {
    const key = v128.load32_splat(x + i), query = v128.load32_splat(q + i);
    const s0 = v128.load(p), s1 = v128.load(p, 16), s2 = v128.load(p, 32), s3 = v128.load(p, 48);
    h0 = fma(key, s0, h0); h1 = fma(key, s1, h1); h2 = fma(key, s2, h2); h3 = fma(key, s3, h3);
    r0 = fma(query, s0, r0); r1 = fma(query, s1, r1); r2 = fma(query, s2, r2); r3 = fma(query, s3, r3);
    p += row;
  }
  h0 = f32x4.mul(beta, f32x4.sub(v128.load(v), h0));
  h1 = f32x4.mul(beta, f32x4.sub(v128.load(v, 16), h1));
  h2 = f32x4.mul(beta, f32x4.sub(v128.load(v, 32), h2));
  h3 = f32x4.mul(beta, f32x4.sub(v128.load(v, 48), h3));
  v128.store(y, f32x4.mul(scale, fma(both, h0, r0)));
  v128.store(y, f32x4.mul(scale, fma(both, h1, r1)), 16);
  v128.store(y, f32x4.mul(scale, fma(both, h2, r2)), 32);
  v128.store(y, f32x4.mul(scale, fma(both, h3, r3)), 48);
  for (let i: usize = 0; i < size; i += 4) {
    const key = v128.load32_splat(k + i), keep = v128.load32_splat(decay + i);
    v128.store(to, fma(keep, v128.load(from), f32x4.mul(key, h0)));
    v128.store(to, fma(keep, v128.load(from, 16), f32x4.mul(key, h1)), 16);
    v128.store(to, fma(keep, v128.load(from, 32), f32x4.mul(key, h2)), 32);
    v128.store(to, fma(keep, v128.load(from, 48), f32x4.mul(key, h3)), 48);
    from += row;
    to += row;
  }
}

/** A vector of a row of which n floats are left. */
@inline
function part(p: usize, n: i32): v128 {
  return n < 4 ? loadPart(p, n) : v128.load(p);
}

/** One token: decoding. The state is read twice and written once; y = scale (S' (e^g q) + <q,k> vhat). */
export function token(f: Frame, scale: f32, h0: usize, y: usize, state: usize): void {
  let dot = f32x4.splat(0);
  for (let c = 0; c < f.K; c += 4) {
    const at = <usize>c << 2, n = f.K - c, decay = exp(part(f.g + at, n)), q = part(f.q + at, n), k = part(f.k + at, n);
    v128.store(f.decay + at, decay);
    v128.store(f.start + at, f32x4.mul(decay, q));
    v128.store(f.kstart + at, f32x4.mul(decay, k));
    dot = fma(q, k, dot);
  }
  const both = f32x4.splat(sumLanes(dot)), beta = v128.load32_splat(f.beta), by = f32x4.splat(scale), row = f.row, end = <usize>f.V << 2;
  let at: usize = 0;
  if (h0) for (; at + 64 <= end; at += 64) columns(f, f.v + at, row, h0 + at, state + at, y + at, beta, both, by);
  for (; at + 16 <= end; at += 16) column(4, f, f.v + at, row, h0 ? h0 + at : 0, state + at, y + at, beta, both, by);
  if (at < end) column(f.V & 3, f, f.v + at, row, h0 ? h0 + at : 0, state + at, y + at, beta, both, by);
}
