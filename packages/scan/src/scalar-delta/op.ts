// scalarDelta: the delta rule with one decay per head (DeltaNet, Gated DeltaNet), chunkwise.
// B batch, T time, H key heads, HV value heads, K key size, V value size, N chunks, C chunk; derivation in README.md.
import { rangeIds } from '@twilljs/nn';
import { apply, knownOnly, type Op, type Shape, type Tensor, zeros } from '@twilljs/tensor';
import { chunkLength, decays, shareHeads, split } from '../chunk.ts';
import { step, throughChunks } from '../delta.ts';
import { gradientOf } from '../gradient.ts';
import { overRanges } from '../ranges.ts';
import { agree, headed, scaled } from '../shapes.ts';

/** By what queries are multiplied. */
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

/** The definition for rows of T. */
function ofRows(ins: readonly (Tensor | null)[], attrs: ScalarDeltaAttrs): Tensor[] {
  const [q, k, v, g, beta, h0] = ins as [Tensor, Tensor, Tensor, Tensor | null, Tensor, Tensor | null];
  const [B, T, HV, V] = v.shape;
  if (T > 1) return chunkwise(ins, attrs, chunkLength(T));
  const S = h0 ?? zeros([B, HV, q.shape[3], V], { device: v.device });
  const { y, S: next } = step(S, shareHeads(q, HV), shareHeads(k, HV), v, g, beta, attrs.scale);
  return [y, next];
}

/** One decay per head, corrected by the delta rule: what `scalarDelta` applies. */
export const scalarDeltaOp: Op<ScalarDeltaAttrs> = {
  name: 'scalarDelta',
  inputs: ['q', 'k', 'v', 'g?', 'beta', 'h0?', 'ranges?'],
  outputs: ['y', 'state'],
  ids: { 'ranges?': /* @__PURE__ */ rangeIds(0) },
  mayUpdate: { state: 'h0?' },
  shape(ins, attrs) {
    scaled('scalarDelta', attrs);
    const [q, k, v, g, beta, h0, ranges] = ins as Shape[];
    const { B, T, HV, K, V, n } = headed('scalarDelta', [q, k, v], h0, ranges, true);
    agree('scalarDelta', 'g', g, [B, T, HV], `v [${v}]`);
    agree('scalarDelta', 'beta', beta, [B, T, HV], `v [${v}]`);
    return [v, [n, HV, K, V]];
  },
  define: (ins, attrs) => overRanges(scalarDeltaOp, ofRows, ins, attrs),
  vjp(dys, ins, _outs, attrs) {
    const ds = apply(scalarDeltaGradOp, [...dys, ...ins], attrs);
    return ins.map((x, i) => (x && ds[i]) ?? null);
  },
};

/** The gradient of `scalarDeltaOp`. */
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
 * @param h0 [n,HV,K,V] the state before the first token of each sequence, or null for zeros.
 * @param ranges i32 [n,2] begin and end of n sequences in the flattened B T positions, ascending and disjoint; null for n = B rows.
 * @returns y [B,T,HV,V], 0 outside the ranges, and the states [n,HV,K,V] after the last tokens; an empty sequence keeps its own.
 * @throws ShapeError when the inputs disagree or T is 0; OptionError for a scale that is no finite number, or a range outside.
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
  ranges: Tensor | null = null,
): { y: Tensor; state: Tensor } {
  knownOnly('scalarDelta', attrs, ['scale']);
  const [y, state] = apply(scalarDeltaOp, [q, k, v, g, beta, h0, ranges], attrs);
  return { y, state };
}
