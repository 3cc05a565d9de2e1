// The short convolutions of queries, keys and values as one op. B batch, T time, W filter width, n sequences; each has D channels of its own.
import { apply, type Op, OptionError, ShapeError, shown, type Tensor } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';
import { rangeIds } from '../sequences/op.ts';
import { type ShortConvAttrs, shortConv, shortConvOp } from '../short-conv/op.ts';

export interface ShortConvsAttrs {
  /** Of queries, keys and values. */
  activations: readonly ShortConvAttrs['activation'][];
}

const inputs = ['q', 'k', 'v', 'q_weight', 'k_weight', 'v_weight', 'q_h0?', 'k_h0?', 'v_h0?', 'ranges?'] as const;

/** What `shortConv` takes of part i, with what stands for no bias. */
export function partOf<T>(ins: readonly T[], i: number, none: T): [x: T, weight: T, bias: T, h0: T, ranges: T] {
  return [ins[i], ins[3 + i], none, ins[6 + i], ins[9]];
}

export const parts = [0, 1, 2] as const;

export const shortConvsOp: Op<ShortConvsAttrs> = {
  name: 'shortConvs',
  inputs,
  outputs: ['q_y', 'k_y', 'v_y', 'q_state', 'k_state', 'v_state'],
  ids: { 'ranges?': rangeIds(0) },
  mayUpdate: { q_state: 'q_h0?', k_state: 'k_h0?', v_state: 'v_h0?' },
  shape(ins, { activations }) {
    if (!Array.isArray(activations) || activations.length !== 3)
      throw new OptionError(
        `shortConvs: activations is ${shown(activations)}; give a list of three, each 'silu' or null.`,
      );
    const made = parts.map((i) => shortConvOp.shape(partOf(ins, i, null), { activation: activations[i] }));
    const [q, k, v] = parts.map((i) => ins[i]!);
    if (k[0] !== q[0] || k[1] !== q[1] || v[0] !== q[0] || v[1] !== q[1])
      throw new ShapeError(
        `shortConvs: q [${q}], k [${k}] and v [${v}] differ in their first two sizes; give one B and T.`,
      );
    const [w, ...others] = parts.map((i) => ins[3 + i]!);
    if (others.some(([, W]) => W !== w[1]))
      throw new ShapeError(
        `shortConvs: weights [${w}], [${others[0]}] and [${others[1]}] differ in their width; give filters of one W.`,
      );
    const given = ins.slice(6, 9).filter((h0) => h0).length;
    if (given % 3 !== 0)
      throw new ShapeError(`shortConvs: ${given} of q_h0, k_h0 and v_h0 were given; give all of them, or none.`);
    return [...made.map(([y]) => y), ...made.map(([, state]) => state)];
  },
  define(ins, { activations }) {
    const made = parts.map((i) => {
      const [x, weight, bias, h0, ranges] = partOf<Tensor | null>(ins, i, null);
      return shortConv(x!, weight!, bias, h0, activations[i], ranges);
    });
    return [...made.map(({ y }) => y), ...made.map(({ state }) => state)];
  },
  vjp: (dys, ins, _outs, attrs) => applyBackward(shortConvsGradOp, shortConvsOp, dys, ins, attrs),
};

const shortConvsGradOp: Op<ShortConvsAttrs> = /* @__PURE__ */ backwardOf(shortConvsOp, inputs.slice(0, 9));

/** An operand of queries, keys and values. */
export type OfThree<T> = readonly [q: T, k: T, v: T];

/**
 * What `shortConv` makes of three inputs, without a bias.
 *
 * @param xs [B,T,D] each, with a D of its own.
 * @param weights [D,W] each, of one W.
 * @param h0s [n,W-1,D] each, the inputs before each sequence; null for zeros.
 * @param activations after each, by default silu.
 * @param ranges i32 [n,2]: begin and end of the n sequences in the flattened B T positions; null for B rows of T.
 * @returns ys [B,T,D], 0 outside of all sequences, and states [n,W-1,D], which continue the sequences as `h0s`.
 * @throws as `shortConv`, and ShapeError where the three differ in B, T or W.
 */
export function shortConvs(
  xs: OfThree<Tensor>,
  weights: OfThree<Tensor>,
  h0s: OfThree<Tensor> | null = null,
  activations: OfThree<ShortConvAttrs['activation']> = ['silu', 'silu', 'silu'],
  ranges: Tensor | null = null,
): { ys: OfThree<Tensor>; states: OfThree<Tensor> } {
  const three = (what: string, list: OfThree<Tensor>) => {
    if (Array.isArray(list) && list.length === 3) return list;
    throw new OptionError(`shortConvs: ${what} is ${shown(list)}; give a list of three tensors.`);
  };
  const before = h0s ? three('h0s', h0s) : [null, null, null];
  const ins = [...three('xs', xs), ...three('weights', weights), ...before, ranges];
  const [q, k, v, ...states] = apply(shortConvsOp, ins, { activations });
  return { ys: [q, k, v], states: states as unknown as OfThree<Tensor> };
}
