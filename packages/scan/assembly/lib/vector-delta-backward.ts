// The delta rule with a decay per key channel, backward: one chunk, given what the forward pass left of it. Equations in vector-delta/README.md.
import { fma, keepPart, sumLanes } from '../../../wasm/assembly/lib/simd';
import { smallMatmul, smallMatmulT, smallTranspose } from '../../../wasm/assembly/lib/small-matmul';
import { solveTransposed } from '../../../wasm/assembly/lib/solve';
import { addLowerT, C, CS, gather, scatter, triangle, whole } from './chunk';
import { fade, meet, reads } from './vector';
import {
  Back as VectorBack, back as vectorBack, backBytes as vectorBackBytes, backProducts, backSinceStart, backToEnd, throughState,
} from './vector-backward';
import { Frame, inputs, system } from './vector-delta';

/** The buffers of a decay per key channel, and what the correction adds. */
@unmanaged
export class Back extends VectorBack {
  dbeta: usize;
  /** Another value head has written dq and dk: add. */
  add: bool;
  /** Gradients of M [C,C] and of beta [C]. */
  dm: usize;
  db: usize;
}

@inline
export function backBytes(K: i32, V: i32): f64 {
  return vectorBackBytes(K, V) + 4 * (C * C + C);
}

export function back(f: Frame, at: usize): Back {
  const b = changetype<Back>(vectorBack(f, at));
  b.dm = at + <usize>vectorBackBytes(f.K, f.V); b.db = b.dm + CS * C;
  return b;
}

/** dm holds dR Vn'. Then, with X = -stril(dR Vn'), R = beta (V - w): dm = beta X, db = <X, M> by rows. */
function throughSystem(f: Frame, b: Back): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < C; i++) {
    const row = <usize>i * CS, own = row + (<usize>(i & ~3) << 2), beta = v128.load32_splat(f.beta1 + (<usize>i << 2));
    let sum = zero;
    for (let v = row; v <= own; v += 16) {
      // Selected, not multiplied away: what stands on the diagonal belongs to another product.
      const x = f32x4.neg(keepPart(v128.load(b.dm + v), zero, v == own ? i & 3 : 4));
      sum = fma(x, v128.load(f.m + v), sum);
      v128.store(b.dm + v, f32x4.mul(beta, x));
    }
    store<f32>(b.db + (<usize>i << 2), sumLanes(sum));
  }
}

/** Through R = beta (V - w): dV to rows of dv, which may be those of vx, and db; then r becomes -beta dR, the gradient of w = (e^G K) S. */
function throughError(f: Frame, b: Back, dv: usize, step: usize): void {
  const row = f.vs;
  let r = f.r, x = f.vx, w = f.w;
  for (let i: usize = 0; i < CS; i += 4) {
    const beta = v128.load32_splat(f.beta1 + i);
    let low = f32x4.splat(0), high = low;
    for (let at: usize = 0; at < row; at += 32) {
      const r0 = v128.load(r + at), r1 = v128.load(r + at, 16), d0 = f32x4.mul(beta, r0), d1 = f32x4.mul(beta, r1);
      low = fma(r0, f32x4.sub(v128.load(x + at), v128.load(w + at)), low);
      high = fma(r1, f32x4.sub(v128.load(x + at, 16), v128.load(w + at, 16)), high);
      v128.store(dv + at, d0);
      v128.store(dv + at, d1, 16);
      v128.store(r + at, f32x4.neg(d0));
      v128.store(r + at, f32x4.neg(d1), 16);
    }
    store<f32>(b.db + i, load<f32>(b.db + i) + sumLanes(f32x4.add(low, high)));
    r += row;
    x += f.vxs;
    w += row;
    dv += step;
  }
}

/** The chunk from token t on: gradients of its inputs, and ds moves to the state before it. */
export function backward(f: Frame, b: Back, t: i32): void {
  const m = min(C, f.T - t), kat = <usize>t * f.qstep, vat = <usize>t * f.vstep, bat = b.dbeta + <usize>t * f.bstep;
  const valuesIn = whole(m, f.V), dv = valuesIn ? b.dv + vat : f.vg;
  inputs(f, t);
  reads(f, t, b.scale);
  gather(m, f.V, b.dy + vat, f.vstep, f.y, 1);

  // dVn = (e^(G_C - G) K) dS + P' dO, then dR from the transposed system.
  smallMatmul(C, f.vp, f.K, f.end, f.ks, b.ds, f.vs, f.r, f.vs, 0);
  addLowerT(f.vp, f.a, f.y, f.vs, f.r, f.vs);
  system(f, f.a);
  solveTransposed(C, f.vp, f.a, C, f.r, f.vp);

  // dP = dO Vn' on and below the diagonal, dM from dR Vn'.
  smallTranspose(C, f.vp, f.vn, f.vs, b.vt, CS);
  triangle(f.V, f.y, f.vs, b.vt, b.da);
  triangle(f.V, f.r, f.vs, b.vt, b.dm);
  throughSystem(f, b);
  throughError(f, b, dv, valuesIn ? f.vstep : f.vs);
  if (!valuesIn) scatter(m, f.V, dv, b.dv + vat, f.vstep, 1, false);

  // Through the states: dO S' for the queries, Vn dS' and -(beta dR) S' for the keys.
  throughState(f, b);
  smallTranspose(f.kp, f.vp, f.s, f.vs, b.st, f.ks);
  smallMatmul(C, f.kp, f.V, f.y, f.vs, b.st, f.ks, b.dx, f.ks, 0);
  backSinceStart(f, b, C, 0, f.qx, b.dqx, b.flow, true);
  smallTranspose(f.kp, f.vp, b.ds, f.vs, b.dst, f.ks);
  smallMatmul(C, f.kp, f.V, f.vn, f.vs, b.dst, f.ks, b.dx, f.ks, 0);
  backToEnd(f, b, C, 0, true);
  smallMatmul(C, f.kp, f.V, f.r, f.vs, b.st, f.ks, b.dx, f.ks, 0);
  backSinceStart(f, b, C, 0, f.kx, b.dkx, b.none, false);

  // Through P, where queries have met the keys, and through M, where keys do.
  backProducts(f, b, f.qx, b.dqx, b.da);
  meet(f, f.kx);
  backProducts(f, b, f.kx, b.dkx, b.dm);

  scatter(m, f.K, b.dqx, b.dq + kat, f.qstep, b.scale, b.add);
  scatter(m, f.K, b.dkx, b.dk + kat, f.qstep, 1, b.add);
  scatter(m, f.K, b.dgx, b.dg + <usize>t * f.gstep, f.gstep, 1, false);
  for (let i = 0; i < m; i++) store<f32>(bat + <usize>i * f.bstep, load<f32>(b.db + (<usize>i << 2)));
  fade(f, b.ds);
  smallMatmulT(f.kp, f.vp, C, f.start, f.ks, f.y, f.vs, b.ds, f.vs, 1);
  smallMatmulT(f.kp, f.vp, C, f.kstart, f.ks, f.r, f.vs, b.ds, f.vs, 1);
}
