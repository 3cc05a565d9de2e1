// vectorDelta: the delta rule with one decay per key channel (KDA), chunkwise.
// B batch, T time, H key heads, HV value heads, K key size, V value size, N chunks, C chunk; derivation in README.md.
import { rangeIds } from '@twilljs/nn';
import { apply, knownOnly, type Op, type Shape, type Tensor, zeros } from '@twilljs/tensor';
import { channelDecays, longest, products } from '../channels.ts';
import { chunkLength, shareHeads, split } from '../chunk.ts';
import { step, throughChunks } from '../delta.ts';
import { gradientOf } from '../gradient.ts';
import { overRanges } from '../ranges.ts';
import { agree, headed, scaled } from '../shapes.ts';

/** By what queries are multiplied. */
export interface VectorDeltaAttrs {
  /** Factor of the queries. */
  scale: number;
}

/** The chunkwise form, equal to the recurrence for any C. */
export function chunkwise(ins: readonly (Tensor | null)[], { scale }: VectorDeltaAttrs, C: number): Tensor[] {
  const [q, k, v, g, beta, h0] = ins as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor | null];
  const [B, T, HV, V] = v.shape;
  const Q = split(shareHeads(q, HV), C); // [N,B,HV,C,K]
  const K = split(shareHeads(k, HV), C); // [N,B,HV,C,K]
  const { between, ...others } = channelDecays(split(g, C));
  const [KK, QK] = [K, Q].map((rows) => products(rows, K, between)); // [N,B,HV,C,C]
  const S = h0 ?? zeros([B, HV, k.shape[3], V], { device: v.device });
  const [y, state] = throughChunks({ Q, K, V: split(v, C), beta: split(beta, C), KK, QK, ...others }, S, T);
  return [y.mul(scale), state];
}

/** The definition for rows of T. */
function ofRows(ins: readonly (Tensor | null)[], attrs: VectorDeltaAttrs): Tensor[] {
  const [q, k, v, g, beta, h0] = ins as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor | null];
  const [B, T, HV, V] = v.shape;
  if (T > 1) return chunkwise(ins, attrs, chunkLength(T, longest));
  const S = h0 ?? zeros([B, HV, q.shape[3], V], { device: v.device });
  const { y, S: next } = step(S, shareHeads(q, HV), shareHeads(k, HV), v, g, beta, attrs.scale);
  return [y, next];
}

/** One decay per key channel, corrected by the delta rule: what `vectorDelta` applies. */
export const vectorDeltaOp: Op<VectorDeltaAttrs> = {
  name: 'vectorDelta',
  inputs: ['q', 'k', 'v', 'g', 'beta', 'h0?', 'ranges?'],
  outputs: ['y', 'state'],
  ids: { 'ranges?': /* @__PURE__ */ rangeIds(0) },
  mayUpdate: { state: 'h0?' },
  shape(ins, attrs) {
    scaled('vectorDelta', attrs);
    const [q, k, v, g, beta, h0, ranges] = ins as Shape[];
    const { B, T, HV, K, V, n } = headed('vectorDelta', [q, k, v], h0, ranges, true);
    agree('vectorDelta', 'g', g, [B, T, HV, K], `q [${q}] with v [${v}]`);
    agree('vectorDelta', 'beta', beta, [B, T, HV], `v [${v}]`);
    return [v, [n, HV, K, V]];
  },
  define: (ins, attrs) => overRanges(vectorDeltaOp, ofRows, ins, attrs),
  vjp(dys, ins, _outs, attrs) {
    const ds = apply(vectorDeltaGradOp, [...dys, ...ins], attrs);
    return ins.map((x, i) => (x && ds[i]) ?? null);
  },
};

/** The gradient of `vectorDeltaOp`. */
export const vectorDeltaGradOp: Op<VectorDeltaAttrs> = /* @__PURE__ */ gradientOf(vectorDeltaOp);

/**
 * The delta rule with one decay per key channel, with D_t = Diag(e^{g_t}):
 * S_t = D_t S_{t-1} + k_t beta_t (v_t - (D_t S_{t-1})' k_t)',  y_t = scale S_t' q_t.
 *
 * Value head j reads query and key head floor(j H / HV).
 *
 * @param q [B,T,H,K]
 * @param k [B,T,H,K]; stable when beta |k|^2 <= 2.
 * @param v [B,T,HV,V], HV a multiple of H.
 * @param g [B,T,HV,K] natural log of the decay, at most 0.
 * @param beta [B,T,HV] strength of the write.
 * @param h0 [n,HV,K,V] the state before the first token of each sequence, or null for zeros.
 * @param ranges i32 [n,2] begin and end of n sequences in the flattened B T positions, ascending and disjoint; null for n = B rows.
 * @returns y [B,T,HV,V], 0 outside the ranges, and the states [n,HV,K,V] after the last tokens; an empty sequence keeps its own.
 * @throws ShapeError when the inputs disagree or T is 0; OptionError for a scale that is no finite number, or a range outside.
 * @see Kimi Team 2025, https://arxiv.org/abs/2510.26692
 */
export function vectorDelta(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  g: Tensor,
  beta: Tensor,
  h0: Tensor | null,
  attrs: VectorDeltaAttrs,
  ranges: Tensor | null = null,
): { y: Tensor; state: Tensor } {
  knownOnly('vectorDelta', attrs, ['scale']);
  const [y, state] = apply(vectorDeltaOp, [q, k, v, g, beta, h0, ranges], attrs);
  return { y, state };
}
