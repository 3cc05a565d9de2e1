// scalarDelta: the delta rule with one decay per head (DeltaNet, Gated DeltaNet), chunkwise.
// B batch, T time, H key heads, HV value heads, K key size, V value size, N chunks, C chunk; derivation in README.md.
import { apply, knownOnly, type Op, type Shape, type Tensor, zeros } from '@twilljs/tensor';
import { chunkLength, decays, shareHeads, split } from '../chunk.ts';
import { step, throughChunks } from '../delta.ts';
import { gradientOf } from '../gradient.ts';
import { agree, headed, scaled } from '../shapes.ts';

export interface ScalarDeltaAttrs {
  /** Factor of the queries. */
  scale: number;
}

/** The chunkwise form, equal to the recurrence for any C. */
export function chunkwise(ins: readonly (Tensor | null)[], { scale }: ScalarDeltaAttrs, C: number): Tensor[] {
  const [q, k, v, g, beta, h0] = ins as [Tensor, Tensor, Tensor, Tensor | null, Tensor, Tensor | null];
  const [B, T, HV, V] = v.shape;
  const { device } = v;
  const Q = split(shareHeads(q, HV), C); // [N,B,HV,C,K]
  const K = split(shareHeads(k, HV), C); // [N,B,HV,C,K]
  const b = split(beta, C); //              [N,B,HV,C,1]
  const { between, ...others } = decays(g ? split(g, C) : zeros(b.shape, { device }));
  const [KK, QK] = [K, Q].map((rows) => rows.matmul(K, { transposeB: true }).mul(between)); // [N,B,HV,C,C]
  const S = h0 ?? zeros([B, HV, k.shape[3], V], { device });
  const [y, state] = throughChunks({ Q, K, V: split(v, C), beta: b, KK, QK, ...others }, S, T);
  return [y.mul(scale), state];
}

export const scalarDeltaOp: Op<ScalarDeltaAttrs> = {
  name: 'scalarDelta',
  inputs: ['q', 'k', 'v', 'g?', 'beta', 'h0?'],
  outputs: ['y', 'state'],
  mayUpdate: { state: 'h0?' },
  shape(ins, attrs) {
    scaled('scalarDelta', attrs);
    const [q, k, v, g, beta, h0] = ins as Shape[];
    const { B, T, HV, K, V } = headed('scalarDelta', q, k, v, h0, true);
    agree('scalarDelta', 'g', g, [B, T, HV], `v [${v}]`);
    agree('scalarDelta', 'beta', beta, [B, T, HV], `v [${v}]`);
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

export const scalarDeltaGradOp: Op<ScalarDeltaAttrs> = /* @__PURE__ */ gradientOf(scalarDeltaOp);

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
 * @throws ShapeError when the inputs disagree or T is 0; OptionError for a scale that is no finite number.
 * @see Yang et al. 2024, https://arxiv.org/abs/2406.06484 and https://arxiv.org/abs/2412.06464
 */
export function scalarDelta(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  g: Tensor | null,
  beta: Tensor,
  h0: Tensor | null,
  attrs: ScalarDeltaAttrs,
): { y: Tensor; state: Tensor } {
  knownOnly('scalarDelta', attrs, ['scale']);
  const [y, state] = apply(scalarDeltaOp, [q, k, v, g, beta, h0], attrs);
  return { y, state };
}
