// A state with one decay per key channel, forward: a chunk, and a single token.
import { exp } from '../../../wasm/assembly/lib/exp';
import { fma, loadPart, storePart } from '../../../wasm/assembly/lib/simd';
import { smallMatmul } from '../../../wasm/assembly/lib/small-matmul';
import { addLower, C, gather, rowStep, scatter, whole } from './chunk';
import { advance, decays, Frame, reads, writes } from './vector';

/** Tokens from t on: O = (e^G Q) S + A V; then the state moves on in place. */
export function forward(f: Frame, t: i32, scale: f32, y: usize): void {
  const m = min(C, f.T - t), to = y + <usize>t * f.vstep, direct = whole(m, f.V);
  const out = direct ? to : f.y, step = rowStep(m, f.V, f.vstep);
  decays(f, t);
  writes(f, t);
  reads(f, t, scale);
  smallMatmul(C, f.vp, f.K, f.start, f.ks, f.s, f.vs, out, step, 0);
  addLower(f.vp, f.a, f.vx, f.vxs, out, step);
  if (!direct) scatter(m, f.V, out, to, f.vstep, 1, false);
  advance(f, f.s);
}

/** n columns of one token, n <= 4: y and the state from S [K,V], `row` bytes to a row. */
@inline
function column(
  n: i32, size: usize, q: usize, k: usize, decay: usize, v: usize, row: usize, from: usize, to: usize, y: usize, scale: v128,
): void {
  const x = n == 4 ? v128.load(v) : loadPart(v, n);
  let read = f32x4.splat(0);
  for (let i: usize = 0; i < size; i += 4) {
    let s = f32x4.mul(v128.load32_splat(k + i), x);
    if (from) {
      s = fma(v128.load32_splat(decay + i), n == 4 ? v128.load(from) : loadPart(from, n), s);
      from += row;
    }
    read = fma(v128.load32_splat(q + i), s, read);
    if (n == 4) v128.store(to, s);
    else storePart(to, s, n);
    to += row;
  }
  read = f32x4.mul(scale, read);
  if (n == 4) v128.store(y, read);
  else storePart(y, read, n);
}

/** Sixteen columns: as many sums as the latency of an addition hides. */
@inline
function columns(
  size: usize, q: usize, k: usize, decay: usize, v: usize, row: usize, from: usize, to: usize, y: usize, scale: v128,
): void {
  const x0 = v128.load(v), x1 = v128.load(v, 16), x2 = v128.load(v, 32), x3 = v128.load(v, 48);
  let r0 = f32x4.splat(0), r1 = r0, r2 = r0, r3 = r0;
  for (let i: usize = 0; i < size; i += 4) {
    const key = v128.load32_splat(k + i), keep = v128.load32_splat(decay + i), z = v128.load32_splat(q + i);
    const s0 = fma(keep, v128.load(from), f32x4.mul(key, x0)), s1 = fma(keep, v128.load(from, 16), f32x4.mul(key, x1));
    const s2 = fma(keep, v128.load(from, 32), f32x4.mul(key, x2)), s3 = fma(keep, v128.load(from, 48), f32x4.mul(key, x3));
    r0 = fma(z, s0, r0); r1 = fma(z, s1, r1); r2 = fma(z, s2, r2); r3 = fma(z, s3, r3);
    v128.store(to, s0); v128.store(to, s1, 16); v128.store(to, s2, 32); v128.store(to, s3, 48);
    from += row;
    to += row;
  }
  v128.store(y, f32x4.mul(scale, r0)); v128.store(y, f32x4.mul(scale, r1), 16);
  v128.store(y, f32x4.mul(scale, r2), 32); v128.store(y, f32x4.mul(scale, r3), 48);
}

/** One token: decoding. The state is read once and written once. */
export function token(f: Frame, scale: f32, h0: usize, y: usize, state: usize): void {
  gather(1, f.K, f.g, 0, f.decay, 1);
  for (let c: usize = 0; c < f.ks; c += 16) v128.store(f.decay + c, exp(v128.load(f.decay + c)));
  const by = f32x4.splat(scale), row = f.row, end = <usize>f.V << 2, size = <usize>f.K << 2;
  let at: usize = 0;
  if (h0) for (; at + 64 <= end; at += 64) {
    columns(size, f.q, f.k, f.decay, f.v + at, row, h0 + at, state + at, y + at, by);
  }
  for (; at + 16 <= end; at += 16) {
    column(4, size, f.q, f.k, f.decay, f.v + at, row, h0 ? h0 + at : 0, state + at, y + at, by);
  }
  if (at < end) column(f.V & 3, size, f.q, f.k, f.decay, f.v + at, row, h0 ? h0 + at : 0, state + at, y + at, by);
}
