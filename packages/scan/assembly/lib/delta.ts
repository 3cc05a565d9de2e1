// One chunk of the gated delta rule: what forward and backward have in common. Letters are those of scalar-delta/README.md.
import { padded } from '../../../wasm/assembly/lib/padded';
import { smallMatmul, smallTranspose } from '../../../wasm/assembly/lib/small-matmul';
import { solve } from '../../../wasm/assembly/lib/solve';
import { C, CS, decays, gather, gatherColumn, lower, noDecays } from './chunk';
import { HeadFrame, measure } from './frame';

/** Sizes, one head's inputs and one chunk's buffers. g is 0 where it is absent; its step is that of beta, too. */
@unmanaged
export class Frame extends HeadFrame {
  H: i32;
  HV: i32;
  beta: usize;
  /** scale q and k [C,K], one after the other, and k transposed [K,C]. */
  qx: usize;
  kx: usize;
  kt: usize;
  /** Three buffers [C,V], one after the other. */
  y: usize;
  r: usize;
  vx: usize;
  /** Two buffers [C,C], and one [C]. */
  a: usize;
  p: usize;
  sums: usize;
  /** The chunk, kept for the backward pass. State on entry [K,V]. */
  s: usize;
  /** What it holds at the keys, e^G K S, and the corrected values, both [C,V]. */
  w: usize;
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
  return 256 + 4 * (3 * C * kp + 3 * C * vp + 2 * C * C + C);
}

@inline
export function chunkBytes(K: i32, V: i32): f64 {
  const kp = <f64>padded(K), vp = <f64>padded(V);
  return 4 * (kp * vp + 2 * C * vp + 2 * C * C + 2 * C);
}

/** Lays out a frame at `scratch`. */
export function frame(H: i32, HV: i32, K: i32, V: i32, scratch: usize): Frame {
  const f = changetype<Frame>(scratch);
  measure(f, H, HV, K, V, HV);
  f.H = H; f.HV = HV;
  const kb = f.ks * C, vb = f.vs * C;
  f.qx = scratch + 256; f.kx = f.qx + kb; f.kt = f.kx + kb;
  f.y = f.kt + kb; f.r = f.y + vb; f.vx = f.r + vb;
  f.a = f.vx + vb; f.p = f.a + CS * C; f.sums = f.p + CS * C;
  return f;
}

/** Points the frame at value head j of the sequence that begins at a position. */
export function head(f: Frame, begin: i32, j: i32, q: usize, k: usize, v: usize, g: usize, beta: usize): void {
  const shared = j / (f.HV / f.H), key = <usize>((begin * f.H + shared) * f.K) << 2, at = begin * f.HV + j;
  const value = <usize>(at * f.V) << 2, gate = <usize>at << 2;
  f.q = q + key; f.k = k + key; f.v = v + value; f.g = g ? g + gate : 0; f.beta = beta + gate;
}

/** Points the frame at the buffers of one chunk. */
export function chunk(f: Frame, at: usize): void {
  const vb = f.vs * C;
  f.s = at; f.w = at + f.ks * f.vp; f.vn = f.w + vb;
  f.m = f.vn + vb; f.d = f.m + CS * C; f.eg = f.d + CS * C; f.beta1 = f.eg + CS;
}

/** The chunk's keys, row by row and transposed. */
export function keys(f: Frame, t: i32): void {
  gather(min(C, f.T - t), f.K, f.k + <usize>t * f.qstep, f.qstep, f.kx, 1);
  smallTranspose(C, f.kp, f.kx, f.ks, f.kt, CS);
}

/** out = beta M, the matrix of the triangular system. */
export function system(f: Frame, out: usize): void {
  for (let i: usize = 0; i < CS * C; i += CS) {
    const by = v128.load32_splat(f.beta1 + i / C);
    for (let v: usize = 0; v < CS; v += 16) v128.store(out + i + v, f32x4.mul(by, v128.load(f.m + i + v)));
  }
}

/** From the state s on entry to gates, M, w and the corrected values: (I + stril(beta M)) Vn = beta (V - w). */
export function correct(f: Frame, t: i32): void {
  const m = min(C, f.T - t);
  keys(f, t);
  gather(m, f.V, f.v + <usize>t * f.vstep, f.vstep, f.vx, 1);
  gatherColumn(m, f.beta + <usize>t * f.gstep, f.gstep, f.beta1);
  if (f.g) {
    gatherColumn(m, f.g + <usize>t * f.gstep, f.gstep, f.eg);
    decays(f.eg, f.d);
  } else noDecays(f.eg, f.d);
  lower(f.K, f.kx, f.ks, f.kt, f.d, f.m);
  smallMatmul(C, f.vp, f.K, f.kx, f.ks, f.s, f.vs, f.w, f.vs, 0);
  let w = f.w, x = f.vx, y = f.vn;
  for (let i: usize = 0; i < CS; i += 4) {
    const eg = v128.load32_splat(f.eg + i), beta = v128.load32_splat(f.beta1 + i);
    for (const end = w + f.vs; w < end; w += 16) {
      const held = f32x4.mul(eg, v128.load(w));
      v128.store(w, held);
      v128.store(y, f32x4.mul(beta, f32x4.sub(v128.load(x), held)));
      x += 16;
      y += 16;
    }
  }
  system(f, f.a);
  solve(C, f.vp, f.a, CS, 4, f.vn, f.vs);
}

/** The state after the chunk into `to`, which holds the state before it: e^(G_C) S + (e^(G_C - G) K)' Vn. Overwrites r. */
export function advance(f: Frame, to: usize): void {
  const end = f.d + CS * (C - 1);
  let x = f.vn, y = f.r;
  for (let i: usize = 0; i < CS; i += 4) {
    const by = v128.load32_splat(end + i);
    for (const last = x + f.vs; x < last; x += 16) {
      v128.store(y, f32x4.mul(by, v128.load(x)));
      y += 16;
    }
  }
  smallMatmul(f.kp, f.vp, C, f.kt, CS, f.r, f.vs, to, f.vs, load<f32>(f.eg, CS - 4));
}
