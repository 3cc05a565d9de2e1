// Outer products under one decay per head, forward: a chunk, and a single token. Letters are those of scalar-decay/README.md.
import { exp } from '../../../wasm/assembly/lib/exp';
import { fma, loadPart, storePart, sumLanes } from '../../../wasm/assembly/lib/simd';
import { smallMatmul, smallMatmulT, smallTranspose } from '../../../wasm/assembly/lib/small-matmul';
import { addLower, C, CS, decays, gatherColumn, lower, padded, rows, rowStep, scaledRows, scatter, whole } from './chunk';
import { HeadFrame, measure } from './frame';

/** One chunk's buffers behind the head. gstep is 0 where the decay is constant. */
@unmanaged
export class Frame extends HeadFrame {
  scale: f32;
  /** State on entry [K,V]. */
  s: usize;
  /** Rows of q and k [C,K] and of v [C,V], bytes from one to the next, and where they are gathered if they are not whole. */
  qx: usize;
  kx: usize;
  vx: usize;
  qxs: usize;
  vxs: usize;
  qg: usize;
  kg: usize;
  vg: usize;
  /** k transposed [K,C], scale e^G Q and e^(G_C - G) K [C,K]. */
  kt: usize;
  qe: usize;
  ke: usize;
  /** A buffer [C,V]. */
  y: usize;
  /** scale (Q K') under D, and D, both [C,C]. */
  p: usize;
  d: usize;
  /** e^G, and scale e^G [C]. */
  eg: usize;
  qby: usize;
  /** Tokens for which D and e^G hold; 0 for none. */
  valid: i32;
}

/** Bytes of a frame and the buffers behind it. */
@inline
export function frameBytes(K: i32, V: i32): f64 {
  const kp = <f64>padded(K), vp = <f64>padded(V);
  return 256 + 4 * (5 * C * kp + 2 * C * vp + 2 * C * C + 2 * C);
}

/** Bytes of a state. */
@inline
export function stateBytes(K: i32, V: i32): f64 {
  return 4 * <f64>padded(K) * <f64>padded(V);
}

/** Lays out a frame at `scratch`. */
export function frame(H: i32, K: i32, V: i32, most: i32, constant: bool, scale: f32, scratch: usize): Frame {
  const f = changetype<Frame>(scratch);
  measure(f, H, H, K, V, most, constant ? 0 : H);
  f.scale = scale;
  const kb = f.ks * C, vb = f.vs * C;
  f.qg = scratch + 256; f.kg = f.qg + kb; f.kt = f.kg + kb; f.qe = f.kt + kb; f.ke = f.qe + kb;
  f.y = f.ke + kb; f.vg = f.y + vb;
  f.p = f.vg + vb; f.d = f.p + CS * C; f.eg = f.d + CS * C; f.qby = f.eg + CS;
  return f;
}

/** Points the frame at head h of the sequence that begins at a position. */
export function head(f: Frame, H: i32, begin: i32, h: i32, q: usize, k: usize, v: usize, g: usize): void {
  const at = begin * H + h, key = <usize>(at * f.K) << 2, first = f.gstep ? at : h;
  f.q = q + key; f.k = k + key; f.v = v + <usize>at * f.row; f.g = g + (<usize>first << 2);
  f.valid = 0;
}

/** Keys, values and decays of the chunk from token t on. */
export function read(f: Frame, t: i32): void {
  const m = min(C, f.T - t);
  f.kx = rows(m, f.K, f.k + <usize>t * f.qstep, f.qstep, f.kg);
  f.vx = rows(m, f.V, f.v + <usize>t * f.vstep, f.vstep, f.vg);
  f.qxs = rowStep(m, f.K, f.qstep);
  f.vxs = rowStep(m, f.V, f.vstep);
  if (f.gstep || f.valid != m) {
    gatherColumn(m, f.g + <usize>t * f.gstep, f.gstep, f.eg);
    decays(f.eg, f.qby, f.d);
    const scale = f32x4.splat(f.scale);
    for (let i: usize = 0; i < CS; i += 16) v128.store(f.qby + i, f32x4.mul(scale, v128.load(f.eg + i)));
    f.valid = m;
  }
  scaledRows(f.kp, f.d + CS * (C - 1), f.kx, f.qxs, f.ke);
}

/** P = scale (Q K') under D, and scale e^G Q. */
export function scores(f: Frame, t: i32): void {
  f.qx = rows(min(C, f.T - t), f.K, f.q + <usize>t * f.qstep, f.qstep, f.qg);
  smallTranspose(C, f.kp, f.kx, f.qxs, f.kt, CS);
  lower(f.K, f.qx, f.qxs, f.kt, f.scale, f.d, f.p);
  scaledRows(f.kp, f.qby, f.qx, f.qxs, f.qe);
}

/** The state after the chunk into `to`, which holds the state before it: e^(G_C) S + (e^(G_C - G) K)' V. */
export function advance(f: Frame, to: usize): void {
  smallMatmulT(f.kp, f.vp, C, f.ke, f.ks, f.vx, f.vxs, to, f.vs, load<f32>(f.eg, CS - 4));
}

/** Tokens from t on: O = e^G (Q S) + P V; then the state moves on in place. */
export function forward(f: Frame, t: i32, y: usize): void {
  const m = min(C, f.T - t), to = y + <usize>t * f.vstep, direct = whole(m, f.V);
  const out = direct ? to : f.y, step = rowStep(m, f.V, f.vstep);
  read(f, t);
  scores(f, t);
  smallMatmul(C, f.vp, f.K, f.qe, f.ks, f.s, f.vs, out, step, 0);
  addLower(f.vp, f.p, f.vx, f.vxs, out, step);
  if (!direct) scatter(m, f.V, out, to, f.vstep, 1, false);
  advance(f, f.s);
}

/** n columns of one token, n <= 4: y and the state from S [K,V], `row` bytes to a row. `both` is <q, k>. */
@inline
function column(
  n: i32, f: Frame, v: usize, row: usize, from: usize, to: usize, y: usize, keep: v128, both: v128,
): void {
  const x = n == 4 ? v128.load(v) : loadPart(v, n);
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < <usize>f.K << 2; i += 4) {
    let s = f32x4.mul(v128.load32_splat(f.k + i), x);
    if (from) {
      const before = n == 4 ? v128.load(from) : loadPart(from, n);
      sum = fma(v128.load32_splat(f.q + i), before, sum);
      s = fma(keep, before, s);
      from += row;
    }
    if (n == 4) v128.store(to, s);
    else storePart(to, s, n);
    to += row;
  }
  const out = f32x4.mul(f32x4.splat(f.scale), fma(both, x, f32x4.mul(keep, sum)));
  if (n == 4) v128.store(y, out);
  else storePart(y, out, n);
}

/** Sixteen columns: as many sums as the latency of an addition hides. */
function columns(f: Frame, v: usize, row: usize, from: usize, to: usize, y: usize, keep: v128, both: v128): void {
  const x0 = v128.load(v), x1 = v128.load(v, 16), x2 = v128.load(v, 32), x3 = v128.load(v, 48);
  let r0 = f32x4.splat(0), r1 = r0, r2 = r0, r3 = r0;
  for (let i: usize = 0; i < <usize>f.K << 2; i += 4) {
    const k = v128.load32_splat(f.k + i), q = v128.load32_splat(f.q + i);
    const s0 = v128.load(from), s1 = v128.load(from, 16), s2 = v128.load(from, 32), s3 = v128.load(from, 48);
    r0 = fma(q, s0, r0); r1 = fma(q, s1, r1); r2 = fma(q, s2, r2); r3 = fma(q, s3, r3);
    v128.store(to, fma(keep, s0, f32x4.mul(k, x0)));
    v128.store(to, fma(keep, s1, f32x4.mul(k, x1)), 16);
    v128.store(to, fma(keep, s2, f32x4.mul(k, x2)), 32);
    v128.store(to, fma(keep, s3, f32x4.mul(k, x3)), 48);
    from += row;
    to += row;
  }
  const by = f32x4.splat(f.scale);
  v128.store(y, f32x4.mul(by, fma(both, x0, f32x4.mul(keep, r0))));
  v128.store(y, f32x4.mul(by, fma(both, x1, f32x4.mul(keep, r1))), 16);
  v128.store(y, f32x4.mul(by, fma(both, x2, f32x4.mul(keep, r2))), 32);
  v128.store(y, f32x4.mul(by, fma(both, x3, f32x4.mul(keep, r3))), 48);
}

/** One token: decoding. The state is read and written once; y = scale (e^g S' q + <q,k> v). */
export function token(f: Frame, h0: usize, y: usize, state: usize): void {
  const keep = exp(v128.load32_splat(f.g)), row = f.row, end = <usize>f.V << 2;
  let dot = f32x4.splat(0), i = 0;
  for (; i + 4 <= f.K; i += 4) dot = fma(v128.load(f.q + (<usize>i << 2)), v128.load(f.k + (<usize>i << 2)), dot);
  if (i < f.K) dot = fma(loadPart(f.q + (<usize>i << 2), f.K - i), loadPart(f.k + (<usize>i << 2), f.K - i), dot);
  const both = f32x4.splat(sumLanes(dot));
  let at: usize = 0;
  if (h0) for (; at + 64 <= end; at += 64) columns(f, f.v + at, row, h0 + at, state + at, y + at, keep, both);
  for (; at + 16 <= end; at += 16) column(4, f, f.v + at, row, h0 ? h0 + at : 0, state + at, y + at, keep, both);
  if (at < end) column(f.V & 3, f, f.v + at, row, h0 ? h0 + at : 0, state + at, y + at, keep, both);
}
