// scalarDelta: the delta rule with one decay per head (DeltaNet, Gated DeltaNet), chunkwise.
// B batch, T time, H key heads, HV value heads, K key size, V value size, N chunks, C chunk; derivation in README.md.
import { apply, concat, type Op, type Shape, solveTril, type Tensor, vjpOfDefinition, zeros } from '@twilljs/tensor';
import { chunk, chunkLength, decays, join, shareHeads, split, stack } from '../chunk.ts';
import { agree, sharing, sizes } from '../shapes.ts';
import { step } from './naive.ts';

export interface ScalarDeltaAttrs {
  /** Factor of the queries. */
  scale: number;
}

const inputs = ['q', 'k', 'v', 'g?', 'beta', 'h0?'] as const;

/** The chunkwise form, equal to the recurrence for any C. */
export function chunkwise(ins: readonly (Tensor | null)[], { scale }: ScalarDeltaAttrs, C: number): Tensor[] {
  const [q, k, v, g, beta, h0] = ins as [Tensor, Tensor, Tensor, Tensor | null, Tensor, Tensor | null];
  const [B, T, HV, V] = v.shape;
  const device = v.device;
  const Q = split(shareHeads(q, HV), C); // [N,B,HV,C,K]
  const Kx = split(shareHeads(k, HV), C); // [N,B,HV,C,K]
  const Vx = split(v, C); //           [N,B,HV,C,V]
  const b = split(beta, C); //         [N,B,HV,C,1]
  const gates = g ? split(g, C) : zeros(b.shape, { device });
  const N = b.shape[0];
  const [K] = Q.shape.slice(-1);

  const { between: D, fromStart, toEnd, whole } = decays(gates);

  // What each token corrects: its own value less what the tokens before it in the chunk have written along its key.
  const M = Kx.matmul(Kx, { transposeB: true }).mul(D).mul(b); //              [N,B,HV,C,C], read below the diagonal
  const UW = solveTril(M, concat([Vx.mul(b), Kx.mul(b.mul(fromStart))], -1));
  const U = UW.slice(-1, 0, V); //                                             [N,B,HV,C,V]
  const W = UW.slice(-1, V, V + K); //                                         [N,B,HV,C,K]
  const Kend = Kx.mul(toEnd);

  let S = h0 ?? zeros([B, HV, K, V], { device }); //                           [B,HV,K,V]
  const entering: Tensor[] = [];
  const written: Tensor[] = [];
  for (let n = 0; n < N; n++) {
    const Vn = chunk(U, n).sub(chunk(W, n).matmul(S)); //                      [B,HV,C,V]
    entering.push(S);
    written.push(Vn);
    S = S.mul(chunk(whole, n)).add(chunk(Kend, n).matmul(Vn, { transposeA: true }));
  }
  const P = Q.matmul(Kx, { transposeB: true }).mul(D); //                      [N,B,HV,C,C]
  const O = Q.mul(fromStart)
    .matmul(stack(entering))
    .add(P.matmul(stack(written)))
    .mul(scale);
  return [join(O, T), S];
}

/** Gradients of scalarDelta. An absent input has the gradient [0]. */
export const scalarDeltaGradOp: Op<ScalarDeltaAttrs> = {
  name: 'scalarDeltaGrad',
  inputs: ['dy', 'dstate', ...inputs],
  outputs: ['dq', 'dk', 'dv', 'dg', 'dbeta', 'dh0'],
  shape([dy, dstate, ...ins]) {
    const [y, state] = scalarDeltaOp.shape(ins, { scale: 1 });
    agree('scalarDeltaGrad', 'dy', dy, y, 'the output');
    agree('scalarDeltaGrad', 'dstate', dstate, state, 'the final state');
    return ins.map((shape) => shape ?? [0]);
  },
  define([dy, dstate, ...ins], attrs) {
    const needs = ins.map((t) => t !== null);
    const ds = vjpOfDefinition(scalarDeltaOp, [dy, dstate], ins, attrs, needs);
    return ds.map((d) => d ?? zeros([0], { device: dy.device }));
  },
};

export const scalarDeltaOp: Op<ScalarDeltaAttrs> = {
  name: 'scalarDelta',
  inputs,
  outputs: ['y', 'state'],
  shape(ins) {
    const [q, k, v, g, beta, h0] = ins as Shape[];
    const all = sizes('scalarDelta', q, v);
    const { B, T, HV, K, V } = all;
    sharing('scalarDelta', all);
    agree('scalarDelta', 'k', k, q, `q [${q}]`);
    agree('scalarDelta', 'v', v, [B, T, HV, V], `q [${q}]`);
    agree('scalarDelta', 'g', g, [B, T, HV], `v [${v}]`);
    agree('scalarDelta', 'beta', beta, [B, T, HV], `v [${v}]`);
    agree('scalarDelta', 'h0', h0, [B, HV, K, V], `q [${q}] with v [${v}]`);
    return [v, [B, HV, K, V]];
  },
  define(ins, attrs) {
    const [q, k, v, g, beta, h0] = ins as [Tensor, Tensor, Tensor, Tensor | null, Tensor, Tensor | null];
    const [B, T, HV, V] = v.shape;
    if (T > 1) return chunkwise(ins, attrs, chunkLength(T));
    const S = h0 ?? zeros([B, HV, q.shape[3], V], { device: v.device });
    const { y, S: next } = step(S, shareHeads(q, HV), shareHeads(k, HV), v, g, beta, attrs.scale);
    return [y, next];
  },
  vjp(dys, ins, _outs, attrs) {
    const ds = apply(scalarDeltaGradOp, [...dys, ...ins], attrs);
    return ds.map((d, i) => (ins[i] ? d : null));
  },
};

/**
 * The gated delta rule: S_t = e^{g_t} S_{t-1} + k_t beta_t (v_t - e^{g_t} S_{t-1}' k_t)',  y_t = scale S_t' q_t.
 *
 * Without `g` it is the delta rule of DeltaNet. Value head j reads query and key head floor(j H / HV).
 *
 * @param q [B,T,H,K]
 * @param k [B,T,H,K]; stable when beta |k|^2 <= 2.
 * @param v [B,T,HV,V], HV a multiple of H.
 * @param g [B,T,HV] natural log of the decay, or null for no decay.
 * @param beta [B,T,HV] strength of the write.
 * @param h0 [B,HV,K,V] the state before the first token, or null for zeros.
 * @returns y [B,T,HV,V] and the state [B,HV,K,V] after the last token.
 * @throws ShapeError when the inputs disagree or T is 0.
 * @see Yang et al. 2024, https://arxiv.org/abs/2406.06484 and https://arxiv.org/abs/2412.06464
 */
export function scalarDelta(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  g: Tensor | null,
  beta: Tensor,
  h0: Tensor | null,
  { scale }: ScalarDeltaAttrs,
): { y: Tensor; state: Tensor } {
  const [y, state] = apply(scalarDeltaOp, [q, k, v, g, beta, h0], { scale });
  return { y, state };
}
