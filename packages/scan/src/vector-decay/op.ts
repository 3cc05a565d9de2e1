// vectorDecay: a state with one decay per key channel (GLA, HGRN2), chunkwise.
// B batch, T time, H heads, K key size, V value size, N chunks, C chunk; derivation in README.md.
import { rangeIds } from '@twilljs/nn';
import { apply, knownOnly, type Op, type Shape, type Tensor, zeros } from '@twilljs/tensor';
import { channelDecays, longest, products } from '../channels.ts';
import { chunk, chunkLength, join, split, stack } from '../chunk.ts';
import { gradientOf } from '../gradient.ts';
import { overRanges } from '../ranges.ts';
import { agree, headed, scaled } from '../shapes.ts';
import { step } from './naive.ts';

/** By what queries are multiplied. */
export interface VectorDecayAttrs {
  /** Factor of the queries. */
  scale: number;
}

/** The chunkwise form, equal to the recurrence for any C. */
export function chunkwise(ins: readonly (Tensor | null)[], { scale }: VectorDecayAttrs, C: number): Tensor[] {
  const [q, k, v, g, h0] = ins as [Tensor, Tensor, Tensor, Tensor, Tensor | null];
  const [B, T, H, V] = v.shape;
  const Q = split(q, C); //  [N,B,H,C,K]
  const Kx = split(k, C); // [N,B,H,C,K]
  const Vx = split(v, C); // [N,B,H,C,V]
  const { between, fromStart, toEnd, whole } = channelDecays(split(g, C));
  const [N, , , , K] = Q.shape;

  const Kend = Kx.mul(toEnd);
  let S = h0 ?? zeros([B, H, K, V], { device: v.device }); //  [B,H,K,V]
  const entering: Tensor[] = [];
  for (let n = 0; n < N; n++) {
    entering.push(S);
    S = S.mul(chunk(whole, n)).add(chunk(Kend, n).matmul(chunk(Vx, n), { transposeA: true }));
  }
  const P = products(Q, Kx, between); //                       [N,B,H,C,C]
  const O = Q.mul(fromStart).matmul(stack(entering)).add(P.matmul(Vx)).mul(scale);
  return [join(O, T), S];
}

/** The definition for rows of T. */
function ofRows(ins: readonly (Tensor | null)[], attrs: VectorDecayAttrs): Tensor[] {
  const [q, k, v, g, h0] = ins as [Tensor, Tensor, Tensor, Tensor, Tensor | null];
  const [B, T, H, V] = v.shape;
  if (T > 1) return chunkwise(ins, attrs, chunkLength(T, longest));
  const S = h0 ?? zeros([B, H, q.shape[3], V], { device: v.device });
  const { y, S: next } = step(S, q, k, v, g, attrs.scale);
  return [y, next];
}

/** One decay per key channel, added to: what `vectorDecay` applies. */
export const vectorDecayOp: Op<VectorDecayAttrs> = {
  name: 'vectorDecay',
  inputs: ['q', 'k', 'v', 'g', 'h0?', 'ranges?'],
  outputs: ['y', 'state'],
  ids: { 'ranges?': /* @__PURE__ */ rangeIds(0) },
  mayUpdate: { state: 'h0?' },
  shape(ins, attrs) {
    scaled('vectorDecay', attrs);
    const [q, k, v, g, h0, ranges] = ins as Shape[];
    const { H, K, V, n } = headed('vectorDecay', [q, k, v], h0, ranges, false);
    agree('vectorDecay', 'g', g, q, `q [${q}]`);
    return [v, [n, H, K, V]];
  },
  define: (ins, attrs) => overRanges(vectorDecayOp, ofRows, ins, attrs),
  vjp(dys, ins, _outs, attrs) {
    const ds = apply(vectorDecayGradOp, [...dys, ...ins], attrs);
    return ins.map((x, i) => (x && ds[i]) ?? null);
  },
};

/** The gradient of `vectorDecayOp`. */
export const vectorDecayGradOp: Op<VectorDecayAttrs> = /* @__PURE__ */ gradientOf(vectorDecayOp);

/**
 * A state that forgets every key channel at its own rate: S_t = Diag(e^{g_t}) S_{t-1} + k_t v_t',  y_t = scale S_t' q_t.
 *
 * @param q [B,T,H,K]
 * @param k [B,T,H,K]
 * @param v [B,T,H,V]
 * @param g [B,T,H,K] natural log of the decay, at most 0.
 * @param h0 [n,H,K,V] the state before the first token of each sequence, or null for zeros.
 * @param ranges i32 [n,2] begin and end of n sequences in the flattened B T positions, ascending and disjoint; null for n = B rows.
 * @returns y [B,T,H,V], 0 outside the ranges, and the states [n,H,K,V] after the last tokens; an empty sequence keeps its own.
 * @throws ShapeError when the inputs disagree or T is 0; OptionError for a scale that is no finite number, or a range outside.
 * @see Yang et al. 2023, https://arxiv.org/abs/2312.06635
 */
export function vectorDecay(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  g: Tensor,
  h0: Tensor | null,
  attrs: VectorDecayAttrs,
  ranges: Tensor | null = null,
): { y: Tensor; state: Tensor } {
  knownOnly('vectorDecay', attrs, ['scale']);
  const [y, state] = apply(vectorDecayOp, [q, k, v, g, h0, ranges], attrs);
  return { y, state };
}
