// One chunk of the gated delta rule: what forward and backward have in common. Letters are those of scalar-delta/README.md.
import { smallMatmul, smallMatmulT, smallTranspose } from '../../../wasm/assembly/lib/small-matmul';
import { solve } from '../../../wasm/assembly/lib/solve';
import { C, CS, decays, gatherColumn, lower, noDecays, padded, rows, rowStep, scaledRows } from './chunk';
import { HeadFrame, measure } from './frame';

/** Sizes, one head's inputs and one chunk's buffers. g is 0 where it is absent; its step is that of beta, too. */
@unmanaged
export class Frame extends HeadFrame {
  H: i32;
  HV: i32;
  beta: usize;
  /** Rows of q and k [C,K] and of v [C,V], bytes from one to the next, and where they are gathered if they are not whole. */
  qx: usize;
  kx: usize;
  vx: usize;
  qxs: usize;
  kxs: usize;
  vxs: usize;
  qg: usize;
  kg: usize;
  vg: usize;
  /** k transposed [K,C]. */
  kt: usize;
  /** scale e^G Q and -beta e^G K, one after the other, and e^(G_C - G) K, all [C,K]. */
  qe: usize;
  kb: usize;
  ke: usize;
  /** Two buffers [C,V], one after the other. */
  y: usize;
  r: usize;
  /** Two buffers [C,C]; scale e^G, -beta e^G and a buffer, all [C]. */
  a: usize;
  p: usize;
  qby: usize;
  kby: usize;
  sums: usize;
  /** The chunk, kept for the backward pass. State on entry [K,V], and the corrected values [C,V]. */
  s: usize;
  vn: usize;
  /** K K' under D, and D, both [C,C]. */
  m: usize;
  d: usize;
  /** e^G and beta, both [C]. */
  eg: usize;
  beta1: usize;
}

/** Bytes of a frame, of the buffers behind it, and of a chunk. */
@inline
export function frameBytes(K: i32, V: i32): f64 {
  const kp = <f64>padded(K), vp = <f64>padded(V);
  return 256 + 4 * (6 * C * kp + 3 * C * vp + 2 * C * C + 3 * C);
}

@inline
export function chunkBytes(K: i32, V: i32): f64 {
  const kp = <f64>padded(K), vp = <f64>padded(V);
  return 4 * (kp * vp + C * vp + 2 * C * C + 2 * C);
}

/** Lays out a frame at `scratch`. */
export function frame(H: i32, HV: i32, K: i32, V: i32, most: i32, scratch: usize): Frame {
  const f = changetype<Frame>(scratch);
  measure(f, H, HV, K, V, most, HV);
  f.H = H; f.HV = HV;
  const kb = f.ks * C, vb = f.vs * C;
  f.qg = scratch + 256; f.kg = f.qg + kb; f.kt = f.kg + kb;
  f.qe = f.kt + kb; f.kb = f.qe + kb; f.ke = f.kb + kb;
  f.y = f.ke + kb; f.r = f.y + vb; f.vg = f.r + vb;
  f.a = f.vg + vb; f.p = f.a + CS * C;
  f.qby = f.p + CS * C; f.kby = f.qby + CS; f.sums = f.kby + CS;
  return f;
}

/** Points the frame at value head j of the sequence that begins at a position. */
export function head(f: Frame, begin: i32, j: i32, q: usize, k: usize, v: usize, g: usize, beta: usize): void {
  const shared = j / (f.HV / f.H), key = <usize>((begin * f.H + shared) * f.K) << 2, at = begin * f.HV + j;
  const value = <usize>at * f.row, gate = <usize>at << 2;
  f.q = q + key; f.k = k + key; f.v = v + value; f.g = g ? g + gate : 0; f.beta = beta + gate;
}

/** Points the frame at the buffers of one chunk. */
export function chunk(f: Frame, at: usize): void {
  f.s = at; f.vn = at + f.ks * f.vp;
  f.m = f.vn + f.vs * C; f.d = f.m + CS * C; f.eg = f.d + CS * C; f.beta1 = f.eg + CS;
}

/** The chunk's rows, and keys transposed. */
export function inputs(f: Frame, t: i32): void {
  const m = min(C, f.T - t), at = <usize>t * f.qstep;
  f.qx = rows(m, f.K, f.q + at, f.qstep, f.qg);
  f.kx = rows(m, f.K, f.k + at, f.qstep, f.kg);
  f.vx = rows(m, f.V, f.v + <usize>t * f.vstep, f.vstep, f.vg);
  f.qxs = f.kxs = rowStep(m, f.K, f.qstep);
  f.vxs = rowStep(m, f.V, f.vstep);
  smallTranspose(C, f.kp, f.kx, f.kxs, f.kt, CS);
}

/** scale e^G Q and -beta e^G K. */
export function sinceStart(f: Frame, scale: f32): void {
  for (let i: usize = 0; i < CS; i += 16) {
    const eg = v128.load(f.eg + i);
    v128.store(f.qby + i, f32x4.mul(f32x4.splat(scale), eg));
    v128.store(f.kby + i, f32x4.neg(f32x4.mul(v128.load(f.beta1 + i), eg)));
  }
  scaledRows(f.kp, f.qby, f.qx, f.qxs, f.qe);
  scaledRows(f.kp, f.kby, f.kx, f.kxs, f.kb);
}

/** e^(G_C - G) K. */
export function toEnd(f: Frame): void {
  scaledRows(f.kp, f.d + CS * (C - 1), f.kx, f.kxs, f.ke);
}

/** out = beta M, the matrix of the triangular system. */
export function system(f: Frame, out: usize): void {
  for (let i: usize = 0; i < CS * C; i += CS) {
    const by = v128.load32_splat(f.beta1 + i / C);
    for (let v: usize = 0; v < CS; v += 32) {
      const x = f32x4.mul(by, v128.load(f.m + i + v)), y = f32x4.mul(by, v128.load(f.m + i + v, 16));
      v128.store(out + i + v, x);
      v128.store(out + i + v, y, 16);
    }
  }
}

/** From the state s on entry to gates, M and the corrected values: (I + stril(beta M)) Vn = beta V - (beta e^G K) S. */
export function correct(f: Frame, t: i32, scale: f32): void {
  const m = min(C, f.T - t), at = <usize>t * f.gstep;
  inputs(f, t);
  gatherColumn(m, f.beta + at, f.gstep, f.beta1);
  if (f.g) {
    gatherColumn(m, f.g + at, f.gstep, f.eg);
    decays(f.eg, f.sums, f.d);
  } else noDecays(f.eg, f.d);
  sinceStart(f, scale);
  lower(f.K, f.kx, f.kxs, f.kt, 1, f.d, f.m);
  scaledRows(f.vp, f.beta1, f.vx, f.vxs, f.vn);
  smallMatmul(C, f.vp, f.K, f.kb, f.ks, f.s, f.vs, f.vn, f.vs, 1);
  system(f, f.a);
  solve(C, f.vp, f.a, CS, 4, f.vn, f.vs);
}

/** The state after the chunk into `to`, which holds the state before it: e^(G_C) S + (e^(G_C - G) K)' Vn. */
export function advance(f: Frame, to: usize): void {
  toEnd(f);
  smallMatmulT(f.kp, f.vp, C, f.ke, f.ks, f.vn, f.vs, to, f.vs, load<f32>(f.eg, CS - 4));
}
