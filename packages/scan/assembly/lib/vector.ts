// One chunk with a decay per key channel: what forward and backward have in common. Letters are those of vector-decay/README.md.
import { exp } from '../../../wasm/assembly/lib/exp';
import { fma } from '../../../wasm/assembly/lib/simd';
import { smallMatmul, smallMatmulT, smallTranspose } from '../../../wasm/assembly/lib/small-matmul';
import { C, CS, gather, padded, rows, rowStep } from './chunk';
import { HeadFrame, measure } from './frame';

/** Sizes, one head's inputs and one chunk's buffers. */
@unmanaged
export class Frame extends HeadFrame {
  /** scale q and k [C,K]. */
  qx: usize;
  kx: usize;
  /** Queries since the start of the chunk, keys up to its end; both meeting in its middle, and in the middle of its halves [C,K]. */
  start: usize;
  end: usize;
  half: usize;
  quarter: usize;
  /** Up to eight keys transposed [K,8]. */
  kt: usize;
  /** Rows of v [C,V], bytes from one to the next, and where they are gathered if they are not whole; a buffer. */
  vx: usize;
  vxs: usize;
  vg: usize;
  y: usize;
  /** Q K' under the decays [C,C]. */
  a: usize;
  /** The chunk, kept for the backward pass: state on entry [K,V], decays of its tokens [C,K] and of the whole [K]. */
  s: usize;
  decay: usize;
  whole: usize;
}

/** Bytes of a frame, of the buffers behind it, and of a chunk. */
@inline
export function frameBytes(K: i32, V: i32): f64 {
  const kp = <f64>padded(K), vp = <f64>padded(V);
  return 256 + 4 * ((6 * C + 8) * kp + 2 * C * vp + C * C);
}

@inline
export function chunkBytes(K: i32, V: i32): f64 {
  const kp = <f64>padded(K), vp = <f64>padded(V);
  return 4 * (kp * vp + (C + 1) * kp);
}

/** Lays out a frame at `scratch`. */
export function frame(H: i32, HV: i32, K: i32, V: i32, most: i32, scratch: usize): Frame {
  const f = changetype<Frame>(scratch);
  measure(f, H, HV, K, V, most, HV * K);
  const kb = f.ks * C, vb = f.vs * C;
  f.qx = scratch + 256; f.kx = f.qx + kb;
  f.start = f.kx + kb; f.end = f.start + kb; f.half = f.end + kb; f.quarter = f.half + kb;
  f.kt = f.quarter + kb;
  f.vg = f.kt + (f.ks << 3); f.y = f.vg + vb; f.a = f.y + vb;
  return f;
}

/** Points the frame at head j of the sequence that begins at a position. */
export function head(f: Frame, H: i32, begin: i32, j: i32, q: usize, k: usize, v: usize, g: usize): void {
  const first = begin * H + j, key = <usize>(first * f.K) << 2;
  f.q = q + key; f.k = k + key; f.g = g + key; f.v = v + <usize>first * f.row;
}

/** Points the frame at the buffers of one chunk. */
export function chunk(f: Frame, at: usize): void {
  f.s = at; f.decay = at + f.ks * f.vp; f.whole = f.decay + f.ks * C;
}

/** x_i times the decays from the first of n rows through row i: what a query still sees of a state before them. */
export function sinceStart(n: i32, ks: usize, decay: usize, x: usize, out: usize): void {
  for (let c: usize = 0; c < ks; c += 32) {
    let run0 = f32x4.splat(1), run1 = run0, at = c;
    for (let i = 0; i < n; i++) {
      run0 = f32x4.mul(run0, v128.load(decay + at));
      run1 = f32x4.mul(run1, v128.load(decay + at, 16));
      const x0 = f32x4.mul(run0, v128.load(x + at)), x1 = f32x4.mul(run1, v128.load(x + at, 16));
      v128.store(out + at, x0);
      v128.store(out + at, x1, 16);
      at += ks;
    }
  }
}

/** x_i times the decays after row i to the last of n rows: what a key leaves behind at their end. */
function toEnd(n: i32, ks: usize, decay: usize, x: usize, out: usize): void {
  for (let c: usize = 0; c < ks; c += 32) {
    let run0 = f32x4.splat(1), run1 = run0, at = c + <usize>(n - 1) * ks;
    for (let i = 0; i < n; i++) {
      const x0 = f32x4.mul(run0, v128.load(x + at)), x1 = f32x4.mul(run1, v128.load(x + at, 16));
      v128.store(out + at, x0);
      v128.store(out + at, x1, 16);
      run0 = f32x4.mul(run0, v128.load(decay + at));
      run1 = f32x4.mul(run1, v128.load(decay + at, 16));
      at -= ks;
    }
  }
}

/** Lanes: the sums of a, of b, of c and of d. */
@inline
export function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return f32x4.add(i64x2.shuffle(ab, cd, 0, 2), i64x2.shuffle(ab, cd, 1, 3));
}

/** Four tokens among themselves, from row `at` bytes on: their triangle of A. A query is decayed once more for every key further back. */
function diagonal(f: Frame, x: usize, at: usize, out: usize): void {
  const ks = f.ks, zero = f32x4.splat(0);
  let s00 = zero, s10 = zero, s11 = zero, s20 = zero, s21 = zero, s22 = zero, s30 = zero, s31 = zero, s32 = zero, s33 = zero;
  let q = x + at, k = f.kx + at, d = f.decay + at;
  for (const end = q + ks; q < end; q += 16) {
    const k0 = v128.load(k), k1 = v128.load(k + ks), d1 = v128.load(d + ks);
    s00 = fma(v128.load(q), k0, s00);
    let u = v128.load(q + ks);
    s11 = fma(u, k1, s11);
    s10 = fma(f32x4.mul(u, d1), k0, s10);
    const k2 = v128.load(k + (ks << 1)), d2 = v128.load(d + (ks << 1));
    u = v128.load(q + (ks << 1));
    s22 = fma(u, k2, s22);
    u = f32x4.mul(u, d2);
    s21 = fma(u, k1, s21);
    s20 = fma(f32x4.mul(u, d1), k0, s20);
    u = v128.load(q + 3 * ks);
    s33 = fma(u, v128.load(k + 3 * ks), s33);
    u = f32x4.mul(u, v128.load(d + 3 * ks));
    s32 = fma(u, k2, s32);
    u = f32x4.mul(u, d2);
    s31 = fma(u, k1, s31);
    s30 = fma(f32x4.mul(u, d1), k0, s30);
    k += 16;
    d += 16;
  }
  v128.store(out, sums(s00, zero, zero, zero));
  v128.store(out + CS, sums(s10, s11, zero, zero));
  v128.store(out + 2 * CS, sums(s20, s21, s22, zero));
  v128.store(out + 3 * CS, sums(s30, s31, s32, s33));
}

/** n queries and the n keys before them, from row i on: a square of A below its diagonal. */
function square(f: Frame, n: i32, i: i32, x: usize, out: usize): void {
  const keys = x + <usize>i * f.ks, row = <usize>n << 2;
  smallTranspose(n, f.kp, keys, f.ks, f.kt, row);
  smallMatmul(n, n, f.K, keys + <usize>n * f.ks, f.ks, f.kt, row, out + <usize>(i + n) * CS + (<usize>i << 2), CS, 0);
}

/** Keys and values from token t on, decays, and keys up to the end of the chunk. */
export function writes(f: Frame, t: i32): void {
  const m = min(C, f.T - t), at = <usize>t * f.qstep;
  gather(m, f.K, f.k + at, f.qstep, f.kx, 1);
  f.vx = rows(m, f.V, f.v + <usize>t * f.vstep, f.vstep, f.vg);
  f.vxs = rowStep(m, f.V, f.vstep);
  toEnd(C, f.ks, f.decay, f.kx, f.end);
}

/** The decays from token t on, and of the whole chunk: of the sum of the gates, so that rounding errors do not add up from chunk to chunk. */
export function decays(f: Frame, t: i32): void {
  const m = min(C, f.T - t), from = rows(m, f.K, f.g + <usize>t * f.gstep, f.gstep, f.decay), step = rowStep(m, f.K, f.gstep);
  for (let c: usize = 0; c < f.ks; c += 32) {
    let sum0 = f32x4.splat(0), sum1 = sum0, g = from + c, at = f.decay + c;
    for (let i = 0; i < C; i++) {
      const g0 = v128.load(g), g1 = v128.load(g, 16);
      sum0 = f32x4.add(sum0, g0);
      sum1 = f32x4.add(sum1, g1);
      const e0 = exp(g0), e1 = exp(g1);
      v128.store(at, e0);
      v128.store(at, e1, 16);
      g += step;
      at += f.ks;
    }
    const e0 = exp(sum0), e1 = exp(sum1);
    v128.store(f.whole + c, e0);
    v128.store(f.whole + c, e1, 16);
  }
}

/** Rows x as queries, and the keys, at the border between the halves or quarters in which they are. */
export function meet(f: Frame, x: usize): void {
  const ks = f.ks, b4 = ks << 2, b8 = ks << 3, b12 = b4 + b8;
  toEnd(8, ks, f.decay, f.kx, f.half);
  sinceStart(8, ks, f.decay + b8, x + b8, f.half + b8);
  for (let b: usize = 0; b < b12; b += b8) {
    toEnd(4, ks, f.decay + b, f.kx + b, f.quarter + b);
    sinceStart(4, ks, f.decay + b + b4, x + b + b4, f.quarter + b + b4);
  }
}

/** X K' under the decays, on and below the diagonal. */
export function products(f: Frame, x: usize, out: usize): void {
  meet(f, x);
  square(f, 8, 0, f.half, out);
  square(f, 4, 0, f.quarter, out);
  square(f, 4, 8, f.quarter, out);
  for (let i = 0; i < C; i += 4) diagonal(f, x, <usize>i * f.ks, out + <usize>i * (CS + 4));
}

/** Queries from token t on, and A. */
export function reads(f: Frame, t: i32, scale: f32): void {
  gather(min(C, f.T - t), f.K, f.q + <usize>t * f.qstep, f.qstep, f.qx, scale);
  sinceStart(C, f.ks, f.decay, f.qx, f.start);
  products(f, f.qx, f.a);
}

/** Row k of x [K,V] times whole_k. */
export function fade(f: Frame, x: usize): void {
  for (let i = 0; i < f.kp; i++) {
    const by = v128.load32_splat(f.whole + (<usize>i << 2));
    for (const end = x + f.vs; x < end; x += 32) {
      const x0 = f32x4.mul(by, v128.load(x)), x1 = f32x4.mul(by, v128.load(x, 16));
      v128.store(x, x0);
      v128.store(x, x1, 16);
    }
  }
}

/** The state after the chunk into `to`, which holds the state before it: e^(G_C) S + (e^(G_C - G) K)' V. */
export function advance(f: Frame, to: usize): void {
  fade(f, to);
  smallMatmulT(f.kp, f.vp, C, f.end, f.ks, f.vx, f.vxs, to, f.vs, 1);
}
