// The gated delta rule backward: one chunk, given what the forward pass left of it. Equations in scalar-delta/README.md.
import { clear, padded } from '../../../wasm/assembly/lib/padded';
import { fma, keepPart, sumLanes } from '../../../wasm/assembly/lib/simd';
import { smallMatmul, smallMatmulT, smallTranspose } from '../../../wasm/assembly/lib/small-matmul';
import { solveTransposed } from '../../../wasm/assembly/lib/solve';
import { addLower, addLowerT, C, CS, gather, lower, scaleRows, scatter, triangle } from './chunk';
import { HeadBack, states } from './frame';
import { gates, overlap, scaleDot, throughRead } from './gates';
import { Frame, keys, system } from './delta';

/** Buffers of the backward pass beyond the frame's. */
@unmanaged
export class Back extends HeadBack {
  dbeta: usize;
  scale: f32;
  /** Another value head has written dq and dk: add. */
  add: bool;
  /** Corrected values transposed [V,C], gradient of a side [C,K]. */
  vnt: usize;
  dx: usize;
  /** Under the diagonal: gradient of P, of the products of keys, of the sums of gates [C,C]. */
  dp: usize;
  n: usize;
  z: usize;
  /** Per token [C]: gradients by e^G, by e^(G_C - G), of beta. */
  inner: usize;
  outer: usize;
  db: usize;
}

@inline
export function backBytes(K: i32, V: i32): f64 {
  const kp = <f64>padded(K), vp = <f64>padded(V);
  return 128 + 4 * (3 * kp * vp + C * vp + C * kp + 3 * C * C + 3 * C);
}

export function back(f: Frame, at: usize): Back {
  const b = changetype<Back>(at);
  b.vnt = states(f, b, at + 128); b.dx = b.vnt + f.vs * C;
  b.dp = b.dx + f.ks * C; b.n = b.dp + CS * C; b.z = b.n + CS * C;
  b.inner = b.z + CS * C; b.outer = b.inner + CS; b.db = b.outer + CS;
  return b;
}

/** With dM = -stril(dR Vn'), R = beta (V - w): n = beta dM under D, z += beta dM M, db = <dM, M> by rows. */
function throughSystem(f: Frame, b: Back): void {
  triangle(f.V, f.r, f.vs, b.vnt, f.a);
  const zero = f32x4.splat(0);
  for (let i = 0; i < C; i++) {
    const row = <usize>i * CS, own = row + (<usize>(i & ~3) << 2), beta = v128.load32_splat(f.beta1 + (<usize>i << 2));
    let sum = zero;
    for (let v = row; v <= own; v += 16) {
      // Selected, not multiplied away: what stands on the diagonal belongs to another product.
      const dm = f32x4.neg(keepPart(v128.load(f.a + v), zero, v == own ? i & 3 : 4));
      const t = f32x4.mul(dm, v128.load(f.m + v));
      sum = f32x4.add(sum, t);
      v128.store(b.z + v, fma(beta, t, v128.load(b.z + v)));
      v128.store(b.n + v, f32x4.mul(beta, f32x4.mul(dm, v128.load(f.d + v))));
    }
    clear(b.n + own + 16, b.n + row + CS);
    store<f32>(b.db + (<usize>i << 2), sumLanes(sum));
  }
}

/** Through R = beta (V - e^G K S): dV into vx, db and inner; then r becomes -beta e^G dR, the gradient of K S. */
function throughError(f: Frame, b: Back): void {
  let r = f.r, x = f.vx, w = f.w;
  for (let i: usize = 0; i < CS; i += 4) {
    const beta = v128.load32_splat(f.beta1 + i), by = f32x4.neg(f32x4.mul(beta, v128.load32_splat(f.eg + i)));
    let error = f32x4.splat(0), held = error;
    for (const end = r + f.vs; r < end; r += 16) {
      const dr = v128.load(r), own = v128.load(w);
      error = fma(dr, f32x4.sub(v128.load(x), own), error);
      held = fma(dr, own, held);
      v128.store(x, f32x4.mul(beta, dr));
      v128.store(r, f32x4.mul(by, dr));
      x += 16;
      w += 16;
    }
    store<f32>(b.db + i, load<f32>(b.db + i) + sumLanes(error));
    store<f32>(b.inner + i, -load<f32>(f.beta1 + i) * sumLanes(held));
  }
}

/** The chunk from token t on: gradients of its inputs, and ds moves to the state before it. */
export function backward(f: Frame, b: Back, t: i32): void {
  const m = min(C, f.T - t), end = f.d + CS * (C - 1), whole = load<f32>(f.eg, CS - 4);
  const qat = <usize>t * f.qstep, vat = <usize>t * f.vstep, gat = <usize>t * f.gstep;
  keys(f, t);
  gather(m, f.K, f.q + qat, f.qstep, f.qx, b.scale);
  gather(m, f.V, b.dy + vat, f.vstep, f.y, 1);
  gather(m, f.V, f.v + vat, f.vstep, f.vx, 1);
  lower(f.K, f.qx, f.ks, f.kt, f.d, f.p);
  smallTranspose(C, f.vp, f.vn, f.vs, b.vnt, CS);
  throughRead(f.V, f.y, f.vs, b.vnt, f.d, f.p, b.dp, b.z);

  // dVn = P' dO + (e^(G_C - G) K) dS, then dR from the transposed system.
  smallMatmul(C, f.vp, f.K, f.kx, f.ks, b.ds, f.vs, f.r, f.vs, 0);
  scaleRows(f.vp, end, f.r);
  addLowerT(f.vp, f.p, f.y, f.vs, f.r);
  system(f, f.a);
  solveTransposed(C, f.vp, f.a, C, f.r, f.vp);
  throughSystem(f, b);
  throughError(f, b);
  scatter(m, f.V, f.vx, b.dv + vat, f.vstep, 1, false);

  // dQ = e^G (dO S') + dP K
  smallTranspose(f.kp, f.vp, f.s, f.vs, b.st, f.ks);
  smallMatmul(C, f.kp, f.V, f.y, f.vs, b.st, f.ks, b.dx, f.ks, 0);
  scaleDot(f.kp, f.eg, b.dx, f.qx, b.inner, true);
  addLower(f.kp, b.dp, f.kx, f.ks, b.dx);
  scatter(m, f.K, b.dx, b.dq + qat, f.qstep, b.scale, b.add);

  // dK = e^(G_C - G) (Vn dS') + (-beta e^G dR) S' + dP' Q + (n + n') K
  smallTranspose(f.kp, f.vp, b.ds, f.vs, b.dst, f.ks);
  smallMatmul(C, f.kp, f.V, f.vn, f.vs, b.dst, f.ks, b.dx, f.ks, 0);
  scaleDot(f.kp, end, b.dx, f.kx, b.outer, false);
  smallMatmul(C, f.kp, f.V, f.r, f.vs, b.st, f.ks, b.dx, f.ks, 1);
  addLowerT(f.kp, b.dp, f.qx, f.ks, b.dx);
  addLower(f.kp, b.n, f.kx, f.ks, b.dx);
  addLowerT(f.kp, b.n, f.kx, f.ks, b.dx);
  scatter(m, f.K, b.dx, b.dk + qat, f.qstep, 1, b.add);

  for (let i = 0; i < m; i++) store<f32>(b.dbeta + gat + <usize>i * f.gstep, load<f32>(b.db + (<usize>i << 2)));
  if (f.g) gates(m, whole * overlap(f.ks * f.vp, f.s, b.ds), b.z, b.inner, b.outer, f.sums, b.dg + gat, f.gstep);
  // e^(G_C) dS + (e^G Q)' dO + K' (-beta e^G dR): qx and kx, y and r, lie one after the other.
  scaleRows(f.kp, f.eg, f.qx);
  smallMatmulT(f.kp, f.vp, 2 * C, f.qx, f.ks, f.y, f.vs, b.ds, f.vs, whole);
}
