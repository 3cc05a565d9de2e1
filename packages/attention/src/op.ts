// Softmax attention as an op. B batch, T queries, S keys, H heads, HKV key/value heads, D head size, V value size, n sequences, C rows
// of the rings that hold their past.
import {
  applyBackward,
  backwardOf,
  logSumExp,
  packSequences,
  padSequences,
  rangeIds,
  requireRanges,
  softmax,
} from '@twilljs/nn';
import {
  apply,
  concat,
  finite,
  full,
  knownOnly,
  type Op,
  OptionError,
  type Shape,
  ShapeError,
  sameShape,
  shown,
  type Tensor,
} from '@twilljs/tensor';
import { positionIds, unroll } from './unroll/op.ts';

/** How scores are scaled, and how many keys a query sees, its own included; null: all before it. */
export interface AttentionAttrs {
  /** Factor of the scores, usually D^-1/2. */
  scale: number;
  /** How many keys a query sees, its own included; null for all before it. */
  window: number | null;
}

/** What sequences had before the tokens at hand. */
export interface Past {
  /** Rings [n,C,HKV,D] and [n,C,HKV,V]: position p of a sequence is in row p % C. */
  readonly k: Tensor;
  readonly v: Tensor;
  /** i32 [n], tokens that each had. */
  readonly position: Tensor;
}

/** @throws ShapeError for a past of other sequences, or a part of one. */
function requirePast(n: number, k: Shape, v: Shape, [k0, v0, position]: readonly (Shape | null)[]): void {
  if (!k0 && !v0 && !position) return;
  const rings = k0 && v0 && sameShape(k0, [n, k0[1], ...k.slice(2)]) && sameShape(v0, [n, k0[1], ...v.slice(2)]);
  if (rings && position && sameShape(position, [n])) return;
  throw new ShapeError(
    `attention: k0 [${k0}], v0 [${v0}] and position [${position}] are not [n,C,HKV,D], [n,C,HKV,V] and [n] for n=${n} sequences of k [${k}] and v [${v}]; give all three so, or none.`,
  );
}

/**
 * y_t = sum_s softmax_s(scale q_t' k_s) v_s over the keys that query t may see; lse_t [B,T,H] is the logarithm of the sum of e^(scale q_t' k_s)
 * over them, with which a gradient needs no weights that were kept. Head h reads key/value head floor(h HKV / H). Query t
 * stands at position S - T + t; where there is a past, at `position` + t of its sequence, and it sees what the ring holds before
 * the keys at hand. With ranges every sequence is on its own, and both are 0 outside of them.
 */
export const attentionOp: Op<AttentionAttrs> = {
  name: 'attention',
  inputs: ['q', 'k', 'v', 'k0?', 'v0?', 'position?', 'ranges?'],
  outputs: ['y', 'lse'],
  reads: ['q', 'k', 'v', 'k0?', 'v0?', 'position?', 'ranges?', 'y', 'lse'],
  ids: { 'position?': positionIds, 'ranges?': rangeIds(0) },
  shape([q, k, v, k0, v0, position, ranges], { scale, window }) {
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
    requireRanges('attention', ranges, q!);
    requirePast(ranges ? ranges[0] : B, k!, v!, [k0, v0, position]);
    if (S !== T && (k0 || ranges)) {
      throw new ShapeError(
        `attention: ${T} queries but ${S} keys beside a past or ranges; give the tokens before as k0, v0 and position.`,
      );
    }
    if (window !== null && !(Number.isInteger(window) && window >= 1)) {
      throw new OptionError(
        `attention: a window of ${shown(window)} keys has no place for the query's own; give 1 or more, or null.`,
      );
    }
    return [
      [B, T, H, v![3]],
      [B, T, H],
    ];
  },
  define([q, kNew, vNew, k0, v0, position, ranges], attrs) {
    const past = k0 !== null;
    if (ranges) {
      const [B, T] = q.shape;
      const rows = [q, kNew, vNew].map((x) => padSequences(x, ranges, B * T)); // [n,B T,...]
      const ys = apply(attentionOp, [...rows, k0, v0, position, null], attrs);
      return ys.map((y) => packSequences(y, ranges, [B, T]));
    }
    const [k, v] = past ? [inOrder(k0, kNew, position), inOrder(v0, vNew, position)] : [kNew, vNew]; // [B,S,HKV,D], S = C + T
    const { scale, window } = attrs;
    const [B, T, H, D] = q.shape;
    const [, S, HKV] = k.shape;
    const G = H / HKV;
    const grouped = q
      .reshape([B, T, HKV, G, D])
      .permute([0, 2, 3, 1, 4])
      .reshape([B, HKV, G * T, D]);
    const all = grouped.matmul(k.permute([0, 2, 1, 3]), { transposeB: true }).mul(scale); // [B,HKV,G*T,S]
    const scores = past ? all.add(absence(k0, kNew, position)) : all;
    const high = S - T;
    const low = window === null ? Number.NEGATIVE_INFINITY : high - window + 1;
    const seen = scores.reshape([B, HKV, G, T, S]).band({ low, high, fill: Number.NEGATIVE_INFINITY });
    const y = softmax(seen)
      .reshape([B, HKV, G * T, S])
      .matmul(v.permute([0, 2, 1, 3])); // [B,HKV,G*T,D]
    return [
      y.reshape([B, HKV, G, T, v.shape[3]]).permute([0, 3, 1, 2, 4]).reshape([B, T, H, v.shape[3]]),
      logSumExp(seen).permute([0, 3, 1, 2]).reshape([B, T, H]),
    ];
  },
  // Scores are formed anew: kept, they would be the only T x S numbers of a layer.
  vjp: (dys, ins, outs, attrs) => applyBackward(attentionGradOp, attentionOp, dys, ins, attrs, outs),
};

/** A ring's rows in the order of positions, then the new ones [n,C+T,...]. */
const inOrder = (ring: Tensor, x: Tensor, position: Tensor): Tensor => concat([unroll(ring, position), x], 1);

/** -Infinity for positions that a ring has room for but that never were, 0 for all others: [n,1,1,C+T]. */
function absence(ring: Tensor, x: Tensor, position: Tensor): Tensor {
  const { device } = ring;
  const [n, C] = ring.shape;
  const T = x.shape[1];
  const there = inOrder(full([n, C, 1], 1, { device }), full([n, T, 1], 1, { device }), position); // [n,C+T,1], 1 or 0
  return there.log().reshape([n, 1, 1, C + T]);
}

/** Gradients of attention from those of its outputs, its inputs and its outputs: of the past too, where there is one. */
export const attentionGradOp: Op<AttentionAttrs> = /* @__PURE__ */ backwardOf(
  attentionOp,
  ['q', 'k', 'v', 'k0?', 'v0?'],
  ['y', 'lse'],
);

/**
 * Causal softmax attention, grouped queries and a sliding window included.
 *
 * @param q [B,T,H,D]
 * @param k [B,S,HKV,D], v [B,S,HKV,V], S >= T: the queries are the last T positions. With a past or ranges S = T.
 * @param past what the n sequences had before: the queries see, within the window, the last C positions at most and the keys up to
 * their own. Null: nothing.
 * @param ranges i32 [n,2]: begin and end of n sequences in the flattened B T positions, ascending and disjoint; y is 0 outside.
 * Null: n = B rows of T.
 * @returns [B,T,H,V]
 * @throws ShapeError when heads, sizes or lengths do not fit; OptionError for a window below 1, a scale that is no finite number, or a
 * position or range that cannot be.
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, equation 1
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  attrs: AttentionAttrs,
  past: Past | null = null,
  ranges: Tensor | null = null,
): Tensor {
  knownOnly('attention', attrs, ['scale', 'window']);
  if (past) knownOnly('attention: the past', past, ['k', 'v', 'position']);
  const { k: k0 = null, v: v0 = null, position = null } = past ?? {};
  return apply(attentionOp, [q, k, v, k0, v0, position, ranges], attrs)[0];
}
