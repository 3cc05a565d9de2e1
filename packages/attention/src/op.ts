// Softmax attention as an op. B batch, T queries, S keys, H heads, HKV key/value heads, D head size.
import { applyBackward, backwardOf, softmax } from '@twilljs/nn';
import { apply1, finite, knownOnly, type Op, OptionError, ShapeError, shown, type Tensor } from '@twilljs/tensor';

export interface AttentionAttrs {
  /** Factor of the scores, usually D^-1/2. */
  scale: number;
  /** How many keys a query sees, its own included; null for all before it. */
  window: number | null;
}

/**
 * y_t = sum_s softmax_s(scale q_t' k_s) v_s over the keys that query t may see. Query t stands at position S - T + t, and head h
 * reads key/value head floor(h HKV / H).
 */
export const attentionOp: Op<AttentionAttrs> = {
  name: 'attention',
  inputs: ['q', 'k', 'v'],
  outputs: ['y'],
  shape([q, k, v], { scale, window }) {
    finite('attention: scale', scale);
    const [B, T, H, D] = q!;
    const [BK, S, HKV, DK] = k!;
    if (q!.length !== 4 || BK !== B || DK !== D || `${v!.slice(0, 3)}` !== `${k!.slice(0, 3)}` || v!.length !== 4) {
      throw new ShapeError(
        `attention: q [${q}], k [${k}] and v [${v}] are not [B,T,H,D], [B,S,HKV,D] and [B,S,HKV,D]; reshape them.`,
      );
    }
    if (H % HKV !== 0)
      throw new ShapeError(`attention: ${HKV} key/value heads do not divide ${H} heads; choose a divisor.`);
    if (S < T) throw new ShapeError(`attention: ${T} queries but only ${S} keys; every query needs its own key.`);
    if (window !== null && !(Number.isInteger(window) && window >= 1)) {
      throw new OptionError(
        `attention: a window of ${shown(window)} keys has no place for the query's own; give 1 or more, or null.`,
      );
    }
    return [[B, T, H, v![3]]];
  },
  define([q, k, v], { scale, window }) {
    const [B, T, H, D] = q.shape;
    const [, S, HKV] = k.shape;
    const G = H / HKV;
    const grouped = q
      .reshape([B, T, HKV, G, D])
      .permute([0, 2, 3, 1, 4])
      .reshape([B, HKV, G * T, D]);
    const scores = grouped.matmul(k.permute([0, 2, 1, 3]), { transposeB: true }).mul(scale); // [B,HKV,G*T,S]
    const high = S - T;
    const low = window === null ? Number.NEGATIVE_INFINITY : high - window + 1;
    const seen = scores.reshape([B, HKV, G, T, S]).band({ low, high, fill: Number.NEGATIVE_INFINITY });
    const y = softmax(seen)
      .reshape([B, HKV, G * T, S])
      .matmul(v.permute([0, 2, 1, 3])); // [B,HKV,G*T,D]
    return [y.reshape([B, HKV, G, T, v.shape[3]]).permute([0, 3, 1, 2, 4]).reshape([B, T, H, v.shape[3]])];
  },
  // Scores are formed anew: kept, they would be the only T x S numbers of a layer.
  vjp: (dys, ins, _outs, attrs) => applyBackward(attentionGradOp, attentionOp, dys, ins, attrs),
};

/** Gradients of attention from dy, q, k and v. */
export const attentionGradOp: Op<AttentionAttrs> = /* @__PURE__ */ backwardOf(attentionOp);

/**
 * Causal softmax attention, grouped queries and a sliding window included.
 *
 * @param q [B,T,H,D]
 * @param k,v [B,S,HKV,D], S >= T: the queries are the last T positions.
 * @returns [B,T,H,D]
 * @throws ShapeError when heads, sizes or lengths do not fit; OptionError for a window below 1, or a scale that is no finite number.
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, equation 1
 */
export function scaledDotProductAttention(q: Tensor, k: Tensor, v: Tensor, attrs: AttentionAttrs): Tensor {
  knownOnly('attention', attrs, ['scale', 'window']);
  return apply1(attentionOp, [q, k, v], attrs);
}
