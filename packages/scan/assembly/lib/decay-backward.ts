// Outer products under one decay per head, backward: one chunk, given the state on its entry. Equations in scalar-decay/README.md.
import { padded } from '../../../wasm/assembly/lib/padded';
import { smallMatmul, smallMatmulT, smallTranspose } from '../../../wasm/assembly/lib/small-matmul';
import { addLower, addLowerT, C, CS, gather, scaleRows, scatter } from './chunk';
import { Frame, read, scores } from './decay';
import { HeadBack, states } from './frame';
import { gates, overlap, scaleDot, throughRead } from './gates';

/** Buffers of the backward pass beyond the frame's. dg is 0 where it is not wanted. */
@unmanaged
export class Back extends HeadBack {
  /** Values transposed [V,C], gradients of a side, [C,K] and [C,V]. */
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
  read(f, t);
  scores(f, t);
  gather(m, f.V, b.dy + vat, f.vstep, f.y, 1);
  const whole = load<f32>(f.eg, CS - 4);
  smallTranspose(C, f.vp, f.vx, f.vs, b.vt, CS);
  throughRead(f.V, f.y, f.vs, b.vt, f.d, f.p, b.dp, b.z);

  // dV = P' dO + (e^(G_C - G) K) dS
  smallMatmul(C, f.vp, f.K, f.kx, f.ks, b.ds, f.vs, b.r, f.vs, 0);
  scaleRows(f.vp, end, b.r);
  addLowerT(f.vp, f.p, f.y, f.vs, b.r);
  scatter(m, f.V, b.r, b.dv + vat, f.vstep, 1, false);

  // dQ = e^G (dO S') + dP K
  smallTranspose(f.kp, f.vp, f.s, f.vs, b.st, f.ks);
  smallMatmul(C, f.kp, f.V, f.y, f.vs, b.st, f.ks, b.dx, f.ks, 0);
  scaleDot(f.kp, f.eg, b.dx, f.qx, b.inner, false);
  addLower(f.kp, b.dp, f.kx, f.ks, b.dx);
  scatter(m, f.K, b.dx, b.dq + qat, f.qstep, f.scale, false);

  // dK = e^(G_C - G) (V dS') + dP' Q
  smallTranspose(f.kp, f.vp, b.ds, f.vs, b.dst, f.ks);
  smallMatmul(C, f.kp, f.V, f.vx, f.vs, b.dst, f.ks, b.dx, f.ks, 0);
  scaleDot(f.kp, end, b.dx, f.kx, b.outer, false);
  addLowerT(f.kp, b.dp, f.qx, f.ks, b.dx);
  scatter(m, f.K, b.dx, b.dk + qat, f.qstep, 1, false);

  if (b.dg) {
    const state = whole * overlap(f.ks * f.vp, f.s, b.ds);
    gates(m, state, b.z, b.inner, b.outer, b.sums, b.dg + <usize>t * f.gstep, f.gstep);
  }
  // e^(G_C) dS + (e^G Q)' dO
  scaleRows(f.kp, f.eg, f.qx);
  smallMatmulT(f.kp, f.vp, C, f.qx, f.ks, f.y, f.vs, b.ds, f.vs, whole);
}
