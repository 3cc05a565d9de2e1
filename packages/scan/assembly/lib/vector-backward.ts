// A state with one decay per key channel, backward: one chunk, given what the forward pass left of it. Equations in vector-decay/README.md.
import { clear } from '../../../wasm/assembly/lib/padded';
import { fma } from '../../../wasm/assembly/lib/simd';
import { smallMatmul, smallMatmulT, smallTranspose } from '../../../wasm/assembly/lib/small-matmul';
import { addLowerT, C, CS, gather, padded, rowStep, scatter, triangle, whole } from './chunk';
import { HeadBack, states } from './frame';
import { fade, Frame, reads, sums, writes } from './vector';

/** Buffers of the backward pass beyond the frame's. */
@unmanaged
export class Back extends HeadBack {
  scale: f32;
  /** Gradient of the values [C,V], where it cannot be written in its place; values transposed [V,C]. */
  dvx: usize;
  vt: usize;
  /** Gradients of rescaled rows, and of queries, keys and gates [C,K]. */
  dx: usize;
  dqx: usize;
  dkx: usize;
  dgx: usize;
  /** Gradient of A [C,C]. */
  da: usize;
  /** Per channel [K]: the gradient of every gate through the state, and zeros. */
  flow: usize;
  none: usize;
}

@inline
export function backBytes(K: i32, V: i32): f64 {
  const kp = <f64>padded(K), vp = <f64>padded(V);
  return 128 + 4 * (3 * kp * vp + 2 * C * vp + (4 * C + 2) * kp + C * C);
}

export function back(f: Frame, at: usize): Back {
  const b = changetype<Back>(at), kb = f.ks * C;
  b.dvx = states(f, b, at + 128); b.vt = b.dvx + f.vs * C;
  b.dx = b.vt + f.vs * C; b.dqx = b.dx + kb; b.dkx = b.dqx + kb; b.dgx = b.dkx + kb;
  b.da = b.dgx + kb; b.flow = b.da + CS * C; b.none = b.flow + f.ks;
  clear(b.none, b.none + f.ks);
  return b;
}

/**
 * Through `sinceStart`: the gradient dx of n decayed queries, added to that of the queries x, dq, and to that of each gate what
 * the queries from its token on see through it. `flow` is what flows through all of them. Written, not added, if `first`.
 */
@inline
export function backSinceStart(f: Frame, b: Back, n: i32, at: usize, x: usize, dq: usize, flow: usize, first: bool): void {
  const ks = f.ks, decay = f.decay + at, dx = b.dx + at, dg = b.dgx + at;
  x += at;
  dq += at;
  for (let c: usize = 0; c < ks; c += 32) {
    let run0 = f32x4.splat(1), run1 = run0, i = c;
    const end = c + <usize>n * ks;
    for (; i < end; i += ks) {
      run0 = f32x4.mul(run0, v128.load(decay + i));
      run1 = f32x4.mul(run1, v128.load(decay + i, 16));
      const d0 = f32x4.mul(run0, v128.load(dx + i)), d1 = f32x4.mul(run1, v128.load(dx + i, 16));
      const q0 = first ? d0 : f32x4.add(d0, v128.load(dq + i)), q1 = first ? d1 : f32x4.add(d1, v128.load(dq + i, 16));
      v128.store(dx + i, d0);
      v128.store(dx + i, d1, 16);
      v128.store(dq + i, q0);
      v128.store(dq + i, q1, 16);
    }
    let flow0 = v128.load(flow + c), flow1 = v128.load(flow + c, 16);
    for (; i > c; ) {
      i -= ks;
      flow0 = fma(v128.load(x + i), v128.load(dx + i), flow0);
      flow1 = fma(v128.load(x + i, 16), v128.load(dx + i, 16), flow1);
      const g0 = first ? flow0 : f32x4.add(flow0, v128.load(dg + i)), g1 = first ? flow1 : f32x4.add(flow1, v128.load(dg + i, 16));
      v128.store(dg + i, g0);
      v128.store(dg + i, g1, 16);
    }
  }
}

/** Through `toEnd`: the same for keys, whose gates are those after them. Gates are added to; keys are written if `first`. */
@inline
export function backToEnd(f: Frame, b: Back, n: i32, at: usize, first: bool): void {
  const ks = f.ks, decay = f.decay + at, x = f.kx + at, dx = b.dx + at, dk = b.dkx + at, dg = b.dgx + at;
  for (let c: usize = 0; c < ks; c += 32) {
    const end = c + <usize>n * ks;
    let run0 = f32x4.splat(1), run1 = run0, i = end;
    for (; i > c; ) {
      i -= ks;
      const d0 = f32x4.mul(run0, v128.load(dx + i)), d1 = f32x4.mul(run1, v128.load(dx + i, 16));
      run0 = f32x4.mul(run0, v128.load(decay + i));
      run1 = f32x4.mul(run1, v128.load(decay + i, 16));
      const k0 = first ? d0 : f32x4.add(d0, v128.load(dk + i)), k1 = first ? d1 : f32x4.add(d1, v128.load(dk + i, 16));
      v128.store(dx + i, d0);
      v128.store(dx + i, d1, 16);
      v128.store(dk + i, k0);
      v128.store(dk + i, k1, 16);
    }
    let flow0 = f32x4.splat(0), flow1 = flow0;
    for (; i < end; i += ks) {
      const g0 = f32x4.add(flow0, v128.load(dg + i)), g1 = f32x4.add(flow1, v128.load(dg + i, 16));
      flow0 = fma(v128.load(x + i), v128.load(dx + i), flow0);
      flow1 = fma(v128.load(x + i, 16), v128.load(dx + i, 16), flow1);
      v128.store(dg + i, g0);
      v128.store(dg + i, g1, 16);
    }
  }
}

/** Through `square`. */
function backSquare(f: Frame, b: Back, n: i32, i: i32, met: usize, x: usize, dq: usize, dp: usize): void {
  const keys = <usize>i * f.ks, queries = <usize>(i + n) * f.ks, da = dp + <usize>(i + n) * CS + (<usize>i << 2);
  smallMatmul(n, f.kp, n, da, CS, met + keys, f.ks, b.dx + queries, f.ks, 0);
  smallMatmulT(n, f.kp, n, da, CS, met + queries, f.ks, b.dx + keys, f.ks, 0);
  backSinceStart(f, b, n, queries, x, dq, b.none, false);
  backToEnd(f, b, n, keys, false);
}

/** y += x. */
@inline
function add(y: usize, x: v128): void {
  v128.store(y, f32x4.add(v128.load(y), x));
}

/** Entry j of row i of the gradient of A. */
@inline
function entry(da: usize, i: usize, j: usize): v128 {
  return v128.load32_splat(da + i * CS + (j << 2));
}

/** Through `diagonal`: e is the gradient of a query as far decayed as a key sees it, from the furthest key to the nearest. */
function backDiagonal(f: Frame, b: Back, at: usize, x: usize, dx: usize, da: usize): void {
  const ks = f.ks, ks2 = ks << 1, ks3 = ks2 + ks;
  let dq = dx + at, dk = b.dkx + at, dg = b.dgx + at, q = x + at, k = f.kx + at, d = f.decay + at;
  for (const end = q + ks; q < end; q += 16) {
    const k0 = v128.load(k), k1 = v128.load(k + ks), k2 = v128.load(k + ks2);
    const d1 = v128.load(d + ks), d2 = v128.load(d + ks2), d3 = v128.load(d + ks3);
    const q0 = v128.load(q), q1 = v128.load(q + ks), q2 = v128.load(q + ks2), q3 = v128.load(q + ks3);
    const x10 = f32x4.mul(q1, d1), x21 = f32x4.mul(q2, d2), x20 = f32x4.mul(x21, d1);
    const x32 = f32x4.mul(q3, d3), x31 = f32x4.mul(x32, d2), x30 = f32x4.mul(x31, d1);

    let e = f32x4.mul(entry(da, 3, 0), k0);
    let g1 = f32x4.mul(e, x30);
    e = fma(entry(da, 3, 1), k1, f32x4.mul(e, d1));
    let g2 = f32x4.mul(e, x31);
    e = fma(entry(da, 3, 2), k2, f32x4.mul(e, d2));
    add(dg + ks3, f32x4.mul(e, x32));
    add(dq + ks3, fma(entry(da, 3, 3), v128.load(k + ks3), f32x4.mul(e, d3)));

    e = f32x4.mul(entry(da, 2, 0), k0);
    g1 = fma(e, x20, g1);
    e = fma(entry(da, 2, 1), k1, f32x4.mul(e, d1));
    g2 = fma(e, x21, g2);
    add(dg + ks2, g2);
    add(dq + ks2, fma(entry(da, 2, 2), k2, f32x4.mul(e, d2)));

    e = f32x4.mul(entry(da, 1, 0), k0);
    add(dg + ks, fma(e, x10, g1));
    add(dq + ks, fma(entry(da, 1, 1), k1, f32x4.mul(e, d1)));
    add(dq, f32x4.mul(entry(da, 0, 0), k0));

    add(dk, fma(entry(da, 0, 0), q0, fma(entry(da, 1, 0), x10, fma(entry(da, 2, 0), x20, f32x4.mul(entry(da, 3, 0), x30)))));
    add(dk + ks, fma(entry(da, 1, 1), q1, fma(entry(da, 2, 1), x21, f32x4.mul(entry(da, 3, 1), x31))));
    add(dk + ks2, fma(entry(da, 2, 2), q2, f32x4.mul(entry(da, 3, 2), x32)));
    add(dk + ks3, f32x4.mul(entry(da, 3, 3), q3));
    dq += 16; dk += 16; dg += 16; k += 16; d += 16;
  }
}

/** Through `products` with rows x, which have met the keys: dx, dk and dg from its gradient. dx may be dk. */
export function backProducts(f: Frame, b: Back, x: usize, dx: usize, da: usize): void {
  backSquare(f, b, 8, 0, f.half, x, dx, da);
  backSquare(f, b, 4, 0, f.quarter, x, dx, da);
  backSquare(f, b, 4, 8, f.quarter, x, dx, da);
  for (let i = 0; i < C; i += 4) backDiagonal(f, b, <usize>i * f.ks, x, dx, da + <usize>i * (CS + 4));
}

/** flow_k = e^(G_C)_k <S_k, dS_k>: four rows at a time. */
export function throughState(f: Frame, b: Back): void {
  let s = f.s, ds = b.ds;
  const row = f.vs;
  for (let i: usize = 0; i < f.ks; i += 16) {
    let x0 = f32x4.splat(0), x1 = x0, x2 = x0, x3 = x0;
    for (const end = s + row; s < end; s += 16) {
      x0 = fma(v128.load(s), v128.load(ds), x0);
      x1 = fma(v128.load(s + row), v128.load(ds + row), x1);
      x2 = fma(v128.load(s + 2 * row), v128.load(ds + 2 * row), x2);
      x3 = fma(v128.load(s + 3 * row), v128.load(ds + 3 * row), x3);
      ds += 16;
    }
    s += 3 * row;
    ds += 3 * row;
    v128.store(b.flow + i, f32x4.mul(v128.load(f.whole + i), sums(x0, x1, x2, x3)));
  }
}

/** The chunk from token t on: gradients of its inputs, and ds moves to the state before it. */
export function backward(f: Frame, b: Back, t: i32): void {
  const m = min(C, f.T - t), kat = <usize>t * f.qstep, vat = <usize>t * f.vstep;
  const valuesIn = whole(m, f.V), vstep = rowStep(m, f.V, f.vstep), dv = valuesIn ? b.dv + vat : b.dvx;
  writes(f, t);
  reads(f, t, b.scale);
  gather(m, f.V, b.dy + vat, f.vstep, f.y, 1);

  // dV = (e^(G_C - G) K) dS + A' dO
  smallMatmul(C, f.vp, f.K, f.end, f.ks, b.ds, f.vs, dv, vstep, 0);
  addLowerT(f.vp, f.a, f.y, f.vs, dv, vstep);
  if (!valuesIn) scatter(m, f.V, dv, b.dv + vat, f.vstep, 1, false);

  // Through the states: dO S' for the queries, V dS' for the keys.
  throughState(f, b);
  smallTranspose(f.kp, f.vp, f.s, f.vs, b.st, f.ks);
  smallMatmul(C, f.kp, f.V, f.y, f.vs, b.st, f.ks, b.dx, f.ks, 0);
  backSinceStart(f, b, C, 0, f.qx, b.dqx, b.flow, true);
  smallTranspose(f.kp, f.vp, b.ds, f.vs, b.dst, f.ks);
  smallMatmul(C, f.kp, f.V, f.vx, f.vxs, b.dst, f.ks, b.dx, f.ks, 0);
  backToEnd(f, b, C, 0, true);

  // Through A, with dA = dO V' on and below the diagonal.
  smallTranspose(C, f.vp, f.vx, f.vxs, b.vt, CS);
  triangle(f.V, f.y, f.vs, b.vt, b.da);
  backProducts(f, b, f.qx, b.dqx, b.da);

  scatter(m, f.K, b.dqx, b.dq + kat, f.qstep, b.scale, false);
  scatter(m, f.K, b.dkx, b.dk + kat, f.qstep, 1, false);
  scatter(m, f.K, b.dgx, b.dg + kat, f.qstep, 1, false);
  fade(f, b.ds);
  smallMatmulT(f.kp, f.vp, C, f.start, f.ks, f.y, f.vs, b.ds, f.vs, 1);
}
