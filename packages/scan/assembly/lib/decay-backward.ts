// Outer products under one decay per head, backward: one chunk, given the state on its entry. Equations in scalar-decay/README.md.
import { smallMatmul, smallMatmulT, smallTranspose } from '../../../wasm/assembly/lib/small-matmul';
import { addLower, addLowerT, C, CS, gather, padded, rowStep, scatter, whole } from './chunk';
import { Frame, read, scores } from './decay';
import { HeadBack, states } from './frame';
import { gates, overlap, scaleDot, throughRead } from './gates';

/** Buffers of the backward pass beyond the frame's. dg is 0 where it is not wanted. */
@unmanaged
export class Back extends HeadBack {
  /** Values transposed [V,C], gradients of a side, [C,K] and [C,V], where those cannot be written in their places. */
  vt: usize;
  dx: usize;
  r: usize;
  /** Under the diagonal: gradient of P, of the sums of gates [C,C]. */
  dp: usize;
  z: usize;
  /** Per token [C]: gradients by e^G, by e^(G_C - G), and sums. */
  inner: usize;
  outer: usize;
  sums: usize;
}

@inline
export function backBytes(K: i32, V: i32): f64 {
  const kp = <f64>padded(K), vp = <f64>padded(V);
  return 64 + 4 * (3 * kp * vp + 2 * C * vp + C * kp + 2 * C * C + 3 * C);
}

export function back(f: Frame, at: usize): Back {
  const b = changetype<Back>(at);
  b.vt = states(f, b, at + 64); b.dx = b.vt + f.vs * C; b.r = b.dx + f.ks * C;
  b.dp = b.r + f.vs * C; b.z = b.dp + CS * C;
  b.inner = b.z + CS * C; b.outer = b.inner + CS; b.sums = b.outer + CS;
  return b;
}

/** The chunk from token t on: gradients of its inputs, and ds moves to the state before it. */
export function backward(f: Frame, b: Back, t: i32): void {
  const m = min(C, f.T - t), end = f.d + CS * (C - 1);
  const qat = <usize>t * f.qstep, vat = <usize>t * f.vstep;
  const keysIn = whole(m, f.K), valuesIn = whole(m, f.V);
  const kstep = rowStep(m, f.K, f.qstep), vstep = rowStep(m, f.V, f.vstep);
  const dq = keysIn ? b.dq + qat : b.dx, dk = keysIn ? b.dk + qat : b.dx, dv = valuesIn ? b.dv + vat : b.r;
  read(f, t);
  scores(f, t);
  gather(m, f.V, b.dy + vat, f.vstep, f.y, 1);
  const left = load<f32>(f.eg, CS - 4);
  smallTranspose(C, f.vp, f.vx, f.vxs, b.vt, CS);
  throughRead(f.V, f.y, f.vs, b.vt, f.scale, f.d, f.p, b.dp, b.z);

  // dV = P' dO + (e^(G_C - G) K) dS
  smallMatmul(C, f.vp, f.K, f.ke, f.ks, b.ds, f.vs, dv, vstep, 0);
  addLowerT(f.vp, f.p, f.y, f.vs, dv, vstep);
  if (!valuesIn) scatter(m, f.V, dv, b.dv + vat, f.vstep, 1, false);

  // dQ = scale (e^G (dO S') + ((dO V') D) K)
  smallTranspose(f.kp, f.vp, f.s, f.vs, b.st, f.ks);
  smallMatmul(C, f.kp, f.V, f.y, f.vs, b.st, f.ks, dq, kstep, 0);
  scaleDot(f.kp, f.qby, dq, kstep, f.qx, f.qxs, b.inner);
  addLower(f.kp, b.dp, f.kx, f.qxs, dq, kstep);
  if (!keysIn) scatter(m, f.K, dq, b.dq + qat, f.qstep, 1, false);

  // dK = e^(G_C - G) (V dS') + dP' Q
  smallTranspose(f.kp, f.vp, b.ds, f.vs, b.dst, f.ks);
  smallMatmul(C, f.kp, f.V, f.vx, f.vxs, b.dst, f.ks, dk, kstep, 0);
  scaleDot(f.kp, end, dk, kstep, f.kx, f.qxs, b.outer);
  addLowerT(f.kp, b.dp, f.qx, f.qxs, dk, kstep);
  if (!keysIn) scatter(m, f.K, dk, b.dk + qat, f.qstep, 1, false);

  if (b.dg) {
    const state = left * overlap(f.ks * f.vp, f.s, b.ds);
    gates(m, state, b.z, b.inner, b.outer, b.sums, b.dg + <usize>t * f.gstep, f.gstep);
  }
  // e^(G_C) dS + (scale e^G Q)' dO
  smallMatmulT(f.kp, f.vp, C, f.qe, f.ks, f.y, f.vs, b.ds, f.vs, left);
}
