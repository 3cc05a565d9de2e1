// The gated delta rule backward: one chunk, given what the forward pass left of it. Equations in scalar-delta/README.md.
import { clear } from '../../../wasm/assembly/lib/padded';
import { fma, keepPart, sumLanes } from '../../../wasm/assembly/lib/simd';
import { smallMatmul, smallMatmulT, smallTranspose } from '../../../wasm/assembly/lib/small-matmul';
import { solveTransposed } from '../../../wasm/assembly/lib/solve';
import { addLower, addLowerT, C, CS, gather, lower, padded, scatter, triangle, whole } from './chunk';
import { HeadBack, states } from './frame';
import { gates, overlap, scaleDot, throughRead } from './gates';
import { Frame, inputs, sinceStart, system, toEnd } from './delta';

/** Buffers of the backward pass beyond the frame's. */
@unmanaged
export class Back extends HeadBack {
  dbeta: usize;
  scale: f32;
  /** Another value head has written dq and dk: add. */
  add: bool;
  /** Corrected values transposed [V,C], gradients of queries and keys, and one on the way to the keys [C,K]. */
  vnt: usize;
  dqx: usize;
  dkx: usize;
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
  return 128 + 4 * (3 * kp * vp + C * vp + 3 * C * kp + 3 * C * C + 3 * C);
}

export function back(f: Frame, at: usize): Back {
  const b = changetype<Back>(at);
  const kb = f.ks * C;
  b.vnt = states(f, b, at + 128); b.dqx = b.vnt + f.vs * C; b.dkx = b.dqx + kb; b.dx = b.dkx + kb;
  b.dp = b.dx + kb; b.n = b.dp + CS * C; b.z = b.n + CS * C;
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

/** Through R = beta V - ..: dV = beta dR to rows of dv, which may be those of vx, and db += <dR, V>. */
function throughValues(f: Frame, b: Back, dv: usize, step: usize): void {
  const row = f.vs;
  let r = f.r, x = f.vx;
  for (let i: usize = 0; i < CS; i += 4) {
    const beta = v128.load32_splat(f.beta1 + i);
    let low = f32x4.splat(0), high = low;
    for (let at: usize = 0; at < row; at += 32) {
      const u = v128.load(r + at), v = v128.load(r + at, 16);
      low = fma(u, v128.load(x + at), low);
      high = fma(v, v128.load(x + at, 16), high);
      const du = f32x4.mul(beta, u), dw = f32x4.mul(beta, v);
      v128.store(dv + at, du);
      v128.store(dv + at, dw, 16);
    }
    store<f32>(b.db + i, load<f32>(b.db + i) + sumLanes(f32x4.add(low, high)));
    r += row;
    x += f.vxs;
    dv += step;
  }
}

/** Through R = .. - beta e^G (K S), given dx = dR S': to the rows dk of keys, to db and to inner. */
function throughHeld(f: Frame, b: Back, dk: usize, step: usize): void {
  const row = f.ks;
  let x = b.dx, k = f.kx;
  for (let i: usize = 0; i < CS; i += 4) {
    const by = v128.load32_splat(f.kby + i);
    let low = f32x4.splat(0), high = low;
    for (let at: usize = 0; at < row; at += 32) {
      const u = v128.load(x + at), v = v128.load(x + at, 16);
      low = fma(u, v128.load(k + at), low);
      high = fma(v, v128.load(k + at, 16), high);
      const du = fma(by, u, v128.load(dk + at)), dw = fma(by, v, v128.load(dk + at, 16));
      v128.store(dk + at, du);
      v128.store(dk + at, dw, 16);
    }
    const held = sumLanes(f32x4.add(low, high));
    store<f32>(b.db + i, load<f32>(b.db + i) - load<f32>(f.eg + i) * held);
    store<f32>(b.inner + i, load<f32>(b.inner + i) + load<f32>(f.kby + i) * held);
    x += row;
    k += f.kxs;
    dk += step;
  }
}

/** The chunk from token t on: gradients of its inputs, and ds moves to the state before it. */
export function backward(f: Frame, b: Back, t: i32): void {
  const m = min(C, f.T - t), end = f.d + CS * (C - 1), left = load<f32>(f.eg, CS - 4);
  const qat = <usize>t * f.qstep, vat = <usize>t * f.vstep, gat = <usize>t * f.gstep;
  const keysIn = whole(m, f.K) && !b.add, valuesIn = whole(m, f.V), kstep = keysIn ? f.qstep : f.ks;
  const dq = keysIn ? b.dq + qat : b.dqx, dk = keysIn ? b.dk + qat : b.dkx, dv = valuesIn ? b.dv + vat : f.vg;
  inputs(f, t);
  sinceStart(f, b.scale);
  toEnd(f);
  gather(m, f.V, b.dy + vat, f.vstep, f.y, 1);
  lower(f.K, f.qx, f.qxs, f.kt, b.scale, f.d, f.p);
  smallTranspose(C, f.vp, f.vn, f.vs, b.vnt, CS);
  throughRead(f.V, f.y, f.vs, b.vnt, b.scale, f.d, f.p, b.dp, b.z);

  // dVn = P' dO + (e^(G_C - G) K) dS, then dR from the transposed system.
  smallMatmul(C, f.vp, f.K, f.ke, f.ks, b.ds, f.vs, f.r, f.vs, 0);
  addLowerT(f.vp, f.p, f.y, f.vs, f.r, f.vs);
  system(f, f.a);
  solveTransposed(C, f.vp, f.a, C, f.r, f.vp);
  throughSystem(f, b);
  throughValues(f, b, dv, valuesIn ? f.vstep : f.vs);
  if (!valuesIn) scatter(m, f.V, dv, b.dv + vat, f.vstep, 1, false);

  // dQ = scale (e^G (dO S') + ((dO Vn') D) K)
  smallTranspose(f.kp, f.vp, f.s, f.vs, b.st, f.ks);
  smallMatmul(C, f.kp, f.V, f.y, f.vs, b.st, f.ks, dq, kstep, 0);
  scaleDot(f.kp, f.qby, dq, kstep, f.qx, f.qxs, b.inner);
  addLower(f.kp, b.dp, f.kx, f.kxs, dq, kstep);

  // dK = e^(G_C - G) (Vn dS') - (beta e^G dR) S' + dP' Q + (n + n') K
  smallTranspose(f.kp, f.vp, b.ds, f.vs, b.dst, f.ks);
  smallMatmul(C, f.kp, f.V, f.vn, f.vs, b.dst, f.ks, dk, kstep, 0);
  scaleDot(f.kp, end, dk, kstep, f.kx, f.kxs, b.outer);
  smallMatmul(C, f.kp, f.V, f.r, f.vs, b.st, f.ks, b.dx, f.ks, 0);
  throughHeld(f, b, dk, kstep);
  addLowerT(f.kp, b.dp, f.qx, f.qxs, dk, kstep);
  addLower(f.kp, b.n, f.kx, f.kxs, dk, kstep);
  addLowerT(f.kp, b.n, f.kx, f.kxs, dk, kstep);
  if (!keysIn) {
    scatter(m, f.K, dq, b.dq + qat, f.qstep, 1, b.add);
    scatter(m, f.K, dk, b.dk + qat, f.qstep, 1, b.add);
  }

  for (let i = 0; i < m; i++) store<f32>(b.dbeta + gat + <usize>i * f.gstep, load<f32>(b.db + (<usize>i << 2)));
  if (f.g) gates(m, left * overlap(f.ks * f.vp, f.s, b.ds), b.z, b.inner, b.outer, f.sums, b.dg + gat, f.gstep);
  // e^(G_C) dS + (scale e^G Q)' dO - (beta e^G K)' dR: qe and kb, y and r, lie one after the other.
  smallMatmulT(f.kp, f.vp, 2 * C, f.qe, f.ks, f.y, f.vs, b.ds, f.vs, left);
}
