// The gated delta rule forward: a chunk, and a single token.
import { fma, loadPart, storePart, sumLanes } from '../../../wasm/assembly/lib/simd';
import { smallMatmul } from '../../../wasm/assembly/lib/small-matmul';
import { exp } from '../../../wasm/assembly/lib/exp';
import { addLower, C, lower, rowStep, scatter, whole } from './chunk';
import { advance, correct, Frame } from './delta';

/** Tokens from t on: O = e^G (Q S) + P Vn, with P = Q K' under D; then the state moves on in place. */
export function forward(f: Frame, t: i32, scale: f32, y: usize): void {
  const m = min(C, f.T - t), to = y + <usize>t * f.vstep, direct = whole(m, f.V);
  const out = direct ? to : f.y, step = rowStep(m, f.V, f.vstep);
  correct(f, t, scale);
  lower(f.K, f.qx, f.qxs, f.kt, scale, f.d, f.p);
  smallMatmul(C, f.vp, f.K, f.qe, f.ks, f.s, f.vs, out, step, 0);
  addLower(f.vp, f.p, f.vn, f.vs, out, step);
  if (!direct) scatter(m, f.V, out, to, f.vstep, 1, false);
  advance(f, f.s);
}

/** n columns of one token, n <= 4: y and the state from S [K,V], `row` bytes to a row. `both` is <q, k>. */
@inline
function column(
  n: i32, K: i32, q: usize, k: usize, v: usize, row: usize, from: usize, to: usize, y: usize,
  keep: v128, beta: v128, both: v128, scale: v128,
): void {
  let held = f32x4.splat(0), read = held;
  if (from) {
    let p = from;
    for (let i: usize = 0; i < <usize>K << 2; i += 4) {
      const s = n == 4 ? v128.load(p) : loadPart(p, n);
      held = fma(v128.load32_splat(k + i), s, held);
      read = fma(v128.load32_splat(q + i), s, read);
      p += row;
    }
  }
  const x = n == 4 ? v128.load(v) : loadPart(v, n);
  const written = f32x4.mul(beta, f32x4.sub(x, f32x4.mul(keep, held)));
  const out = f32x4.mul(scale, fma(both, written, f32x4.mul(keep, read)));
  if (n == 4) v128.store(y, out);
  else storePart(y, out, n);
  for (let i: usize = 0; i < <usize>K << 2; i += 4) {
    let s = f32x4.mul(v128.load32_splat(k + i), written);
    if (from) {
      s = fma(keep, n == 4 ? v128.load(from) : loadPart(from, n), s);
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
  K: i32, q: usize, k: usize, v: usize, row: usize, from: usize, to: usize, y: usize,
  keep: v128, beta: v128, both: v128, scale: v128,
): void {
  let h0 = f32x4.splat(0), h1 = h0, h2 = h0, h3 = h0, r0 = h0, r1 = h0, r2 = h0, r3 = h0;
  let p = from;
  for (let i: usize = 0; i < <usize>K << 2; i += 4) {
    const x = v128.load32_splat(k + i), z = v128.load32_splat(q + i);
    const s0 = v128.load(p), s1 = v128.load(p, 16), s2 = v128.load(p, 32), s3 = v128.load(p, 48);
    h0 = fma(x, s0, h0); h1 = fma(x, s1, h1); h2 = fma(x, s2, h2); h3 = fma(x, s3, h3);
    r0 = fma(z, s0, r0); r1 = fma(z, s1, r1); r2 = fma(z, s2, r2); r3 = fma(z, s3, r3);
    p += row;
  }
  h0 = f32x4.mul(beta, f32x4.sub(v128.load(v), f32x4.mul(keep, h0)));
  h1 = f32x4.mul(beta, f32x4.sub(v128.load(v, 16), f32x4.mul(keep, h1)));
  h2 = f32x4.mul(beta, f32x4.sub(v128.load(v, 32), f32x4.mul(keep, h2)));
  h3 = f32x4.mul(beta, f32x4.sub(v128.load(v, 48), f32x4.mul(keep, h3)));
  v128.store(y, f32x4.mul(scale, fma(both, h0, f32x4.mul(keep, r0))));
  v128.store(y, f32x4.mul(scale, fma(both, h1, f32x4.mul(keep, r1))), 16);
  v128.store(y, f32x4.mul(scale, fma(both, h2, f32x4.mul(keep, r2))), 32);
  v128.store(y, f32x4.mul(scale, fma(both, h3, f32x4.mul(keep, r3))), 48);
  for (let i: usize = 0; i < <usize>K << 2; i += 4) {
    const x = v128.load32_splat(k + i);
    v128.store(to, fma(keep, v128.load(from), f32x4.mul(x, h0)));
    v128.store(to, fma(keep, v128.load(from, 16), f32x4.mul(x, h1)), 16);
    v128.store(to, fma(keep, v128.load(from, 32), f32x4.mul(x, h2)), 32);
    v128.store(to, fma(keep, v128.load(from, 48), f32x4.mul(x, h3)), 48);
    from += row;
    to += row;
  }
}

/** One token: decoding. The state is read twice and written once; y = scale (e^g S' q + <q,k> vhat). */
export function token(f: Frame, scale: f32, h0: usize, y: usize, state: usize): void {
  const keep = f.g ? exp(v128.load32_splat(f.g)) : f32x4.splat(1), beta = v128.load32_splat(f.beta);
  let dot = f32x4.splat(0), i = 0;
  for (; i + 4 <= f.K; i += 4) dot = fma(v128.load(f.q + (<usize>i << 2)), v128.load(f.k + (<usize>i << 2)), dot);
  if (i < f.K) dot = fma(loadPart(f.q + (<usize>i << 2), f.K - i), loadPart(f.k + (<usize>i << 2), f.K - i), dot);
  const both = f32x4.splat(sumLanes(dot)), by = f32x4.splat(scale), row = f.row, end = <usize>f.V << 2;
  let at: usize = 0;
  if (h0) for (; at + 64 <= end; at += 64) {
    columns(f.K, f.q, f.k, f.v + at, row, h0 + at, state + at, y + at, keep, beta, both, by);
  }
  for (; at + 16 <= end; at += 16) {
    column(4, f.K, f.q, f.k, f.v + at, row, h0 ? h0 + at : 0, state + at, y + at, keep, beta, both, by);
  }
  if (at < end) {
    column(f.V & 3, f.K, f.q, f.k, f.v + at, row, h0 ? h0 + at : 0, state + at, y + at, keep, beta, both, by);
  }
}
