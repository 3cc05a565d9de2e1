// scalarDecay: outer products summed under one decay per head (RetNet), chunkwise.
// B batch, T time, H heads, K key size, V value size, N chunks, C chunk; derivation in README.md.
import { rangeIds } from '@twilljs/nn';
import { apply, knownOnly, type Op, type Shape, type Tensor, zeros } from '@twilljs/tensor';
import { chunk, chunkLength, decays, join, split, stack } from '../chunk.ts';
import { gradientOf } from '../gradient.ts';
import { overRanges } from '../ranges.ts';
import { agree, headed, scaled } from '../shapes.ts';
import { step } from './naive.ts';

/** By what queries are multiplied. */
export interface ScalarDecayAttrs {
  /** Factor of the queries. */
  scale: number;
}

/** Attributes of the gradient, which may leave out that of the decay. */
export interface ScalarDecayGradAttrs extends ScalarDecayAttrs {
  /** Whether the gradient of g is wanted; constant decays need none. */
  gates: boolean;
}

/** Decays [B,T,H] of the tokens of q, from these or from [H]. */
function everyToken(g: Tensor, [B, T, H]: Shape): Tensor {
  return g.shape.length === 1 ? g.reshape([1, 1, H]).broadcastTo([B, T, H]) : g;
}

/** The chunkwise form, equal to the recurrence for any C. */
export function chunkwise(ins: readonly (Tensor | null)[], { scale }: ScalarDecayAttrs, C: number): Tensor[] {
  const [q, k, v, g, h0] = ins as [Tensor, Tensor, Tensor, Tensor, Tensor | null];
  const [B, T, H, K] = q.shape;
  const V = v.shape[3];
  const Q = split(q, C); //  [N,B,H,C,K]
  const Kx = split(k, C); // [N,B,H,C,K]
  const Vx = split(v, C); // [N,B,H,C,V]
  const { between, fromStart, toEnd, whole } = decays(split(everyToken(g, q.shape), C));

  const added = Kx.mul(toEnd).matmul(Vx, { transposeA: true }); //       [N,B,H,K,V]
  let S = h0 ?? zeros([B, H, K, V], { device: v.device }); //            [B,H,K,V]
  const entering: Tensor[] = [];
  for (let n = 0; n < Q.shape[0]; n++) {
    entering.push(S);
    S = S.mul(chunk(whole, n)).add(chunk(added, n));
  }
  const P = Q.matmul(Kx, { transposeB: true }).mul(between); //          [N,B,H,C,C]
  const O = Q.mul(fromStart).matmul(stack(entering)).add(P.matmul(Vx)).mul(scale);
  return [join(O, T), S];
}

/** The definition for rows of T. */
function ofRows(ins: readonly (Tensor | null)[], attrs: ScalarDecayAttrs): Tensor[] {
  const [q, k, v, g, h0] = ins as [Tensor, Tensor, Tensor, Tensor, Tensor | null];
  const [B, T, H, K] = q.shape;
  if (T > 1) return chunkwise(ins, attrs, chunkLength(T));
  const S = h0 ?? zeros([B, H, K, v.shape[3]], { device: v.device });
  const { y, S: next } = step(S, q, k, v, g, attrs.scale);
  return [y, next];
}

/** One decay per head, added to: what `scalarDecay` applies. */
export const scalarDecayOp: Op<ScalarDecayAttrs> = {
  name: 'scalarDecay',
  inputs: ['q', 'k', 'v', 'g', 'h0?', 'ranges?'],
  outputs: ['y', 'state'],
  ids: { 'ranges?': /* @__PURE__ */ rangeIds(0) },
  mayUpdate: { state: 'h0?' },
  shape(ins, attrs) {
    scaled('scalarDecay', attrs);
    const [q, k, v, g, h0, ranges] = ins as Shape[];
    const { B, T, H, K, V, n } = headed('scalarDecay', [q, k, v], h0, ranges, false);
    agree('scalarDecay', 'g', g, g.length === 1 ? [H] : [B, T, H], `q [${q}]`);
    return [v, [n, H, K, V]];
  },
  define(ins, attrs) {
    const [q, k, v, g, ...rest] = ins;
    // A constant decay holds for the tokens of a sequence, not behind its end.
    const gates = rest.at(-1) ? everyToken(g, q.shape) : g;
    return overRanges(scalarDecayOp, ofRows, [q, k, v, gates, ...rest], attrs);
  },
  vjp(dys, ins, _outs, { scale }, needs) {
    const [, , , gates] = needs;
    const ds = apply(scalarDecayGradOp, [...dys, ...ins], { scale, gates });
    return ins.map((x, i) => (x && needs[i] ? ds[i] : null));
  },
};

/** Gradients of scalarDecay. Gates that want none have [0], as an absent h0 has. */
export const scalarDecayGradOp: Op<ScalarDecayGradAttrs> = /* @__PURE__ */ gradientOf(
  scalarDecayOp,
  (input, { gates }: ScalarDecayGradAttrs) => gates || input !== 'g',
);

/**
 * Linear attention with one decay per head: S_t = e^{g_t} S_{t-1} + k_t v_t',  y_t = scale S_t' q_t.
 *
 * @param q [B,T,H,K]
 * @param k [B,T,H,K]
 * @param v [B,T,H,V]
 * @param g [B,T,H] natural log of the decay, at most 0; or [H], the same at every token.
 * @param h0 [n,H,K,V] the state before the first token of each sequence, or null for zeros.
 * @param ranges i32 [n,2] begin and end of n sequences in the flattened B T positions, ascending and disjoint; null for n = B rows.
 * @returns y [B,T,H,V], 0 outside the ranges, and the states [n,H,K,V] after the last tokens; an empty sequence keeps its own.
 * @throws ShapeError when the inputs disagree or T is 0; OptionError for a scale that is no finite number, or a range outside.
 * @see Sun et al. 2023, https://arxiv.org/abs/2307.08621, section 2.3
 */
export function scalarDecay(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  g: Tensor,
  h0: Tensor | null,
  attrs: ScalarDecayAttrs,
  ranges: Tensor | null = null,
): { y: Tensor; state: Tensor } {
  knownOnly('scalarDecay', attrs, ['scale']);
  const [y, state] = apply(scalarDecayOp, [q, k, v, g, h0, ranges], attrs);
  return { y, state };
}
