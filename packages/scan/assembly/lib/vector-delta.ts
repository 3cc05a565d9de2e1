// One chunk of the delta rule with a decay per key channel: what forward and backward have in common. Letters are those of vector-delta/README.md.
import { smallMatmul, smallMatmulT } from '../../../wasm/assembly/lib/small-matmul';
import { solve } from '../../../wasm/assembly/lib/solve';
import { C, CS, gatherColumn, padded } from './chunk';
import {
  chunk as vectorChunk, chunkBytes as vectorChunkBytes, Frame as VectorFrame, frame as vectorFrame,
  frameBytes as vectorFrameBytes, fade, products, sinceStart, writes,
} from './vector';

/** The frame of a decay per key channel, and what the correction adds. */
@unmanaged
export class Frame extends VectorFrame {
  H: i32;
  HV: i32;
  /** Bytes from a token to the next, and the head at its first token. */
  bstep: usize;
  beta: usize;
  /** Keys since the start of the chunk [C,K], and a buffer [C,V]. */
  kstart: usize;
  r: usize;
  /** Kept for the backward pass: what S holds at the keys, (e^G K) S, and the corrected values, both [C,V]. */
  w: usize;
  vn: usize;
  /** K K' under the decays [C,C], and beta [C]. */
  m: usize;
  beta1: usize;
}

/** Bytes of a frame, of the buffers behind it, and of a chunk. */
@inline
export function frameBytes(K: i32, V: i32): f64 {
  return vectorFrameBytes(K, V) + 4 * C * (<f64>padded(K) + <f64>padded(V));
}

@inline
export function chunkBytes(K: i32, V: i32): f64 {
  return vectorChunkBytes(K, V) + 4 * (2 * C * <f64>padded(V) + C * C + C);
}

/** Lays out a frame at `scratch`. */
export function frame(H: i32, HV: i32, K: i32, V: i32, most: i32, scratch: usize): Frame {
  const f = changetype<Frame>(vectorFrame(H, HV, K, V, most, scratch));
  f.H = H; f.HV = HV; f.bstep = <usize>HV << 2;
  f.kstart = scratch + <usize>vectorFrameBytes(K, most); f.r = f.kstart + f.ks * C;
  return f;
}

/** Points the frame at value head j of the sequence that begins at a position. */
export function head(f: Frame, begin: i32, j: i32, q: usize, k: usize, v: usize, g: usize, beta: usize): void {
  const shared = j / (f.HV / f.H), key = <usize>((begin * f.H + shared) * f.K) << 2, first = begin * f.HV + j;
  f.q = q + key; f.k = k + key; f.v = v + <usize>first * f.row;
  f.g = g + (<usize>(first * f.K) << 2); f.beta = beta + (<usize>first << 2);
}

/** Points the frame at the buffers of one chunk. */
export function chunk(f: Frame, at: usize): void {
  const vb = f.vs * C;
  vectorChunk(f, at);
  f.w = at + <usize>vectorChunkBytes(f.K, f.V); f.vn = f.w + vb; f.m = f.vn + vb; f.beta1 = f.m + CS * C;
}

/** Keys and values from token t on, and keys up to the end of the chunk and since its start. */
export function inputs(f: Frame, t: i32): void {
  writes(f, t);
  sinceStart(C, f.ks, f.decay, f.kx, f.kstart);
}

/** out = beta M, the matrix of the triangular system, on and below the diagonal. */
export function system(f: Frame, out: usize): void {
  for (let i: usize = 0; i < CS * C; i += CS) {
    const by = v128.load32_splat(f.beta1 + i / C), own = i + ((i / C) & ~15);
    for (let v = i; v <= own; v += 16) v128.store(out + v, f32x4.mul(by, v128.load(f.m + v)));
  }
}

/** From the state s on entry to M, w and the corrected values: (I + stril(beta M)) Vn = beta (V - w). Overwrites a. */
export function correct(f: Frame, t: i32): void {
  inputs(f, t);
  gatherColumn(min(C, f.T - t), f.beta + <usize>t * f.bstep, f.bstep, f.beta1);
  products(f, f.kx, f.m);
  smallMatmul(C, f.vp, f.K, f.kstart, f.ks, f.s, f.vs, f.w, f.vs, 0);
  let w = f.w, x = f.vx, y = f.vn;
  for (let i: usize = 0; i < CS; i += 4) {
    const beta = v128.load32_splat(f.beta1 + i);
    for (let at: usize = 0; at < f.vs; at += 32) {
      const y0 = f32x4.mul(beta, f32x4.sub(v128.load(x + at), v128.load(w + at)));
      const y1 = f32x4.mul(beta, f32x4.sub(v128.load(x + at, 16), v128.load(w + at, 16)));
      v128.store(y + at, y0);
      v128.store(y + at, y1, 16);
    }
    w += f.vs;
    x += f.vxs;
    y += f.vs;
  }
  system(f, f.a);
  solve(C, f.vp, f.a, CS, 4, f.vn, f.vs);
}

/** The state after the chunk into `to`, which holds the state before it: e^(G_C) S + (e^(G_C - G) K)' Vn. */
export function advance(f: Frame, to: usize): void {
  fade(f, to);
  smallMatmulT(f.kp, f.vp, C, f.end, f.ks, f.vn, f.vs, to, f.vs, 1);
}
