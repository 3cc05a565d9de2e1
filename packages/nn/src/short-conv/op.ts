// Causal convolution over time, one filter per channel. B batch, T time, D channels, W filter width, n sequences, P = B T.
import { apply, concat, full, type Op, oneOf, ShapeError, sameShape, type Tensor, zeros } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';
import { packSequences, padSequences, rangeIds, requireRanges } from '../sequences/op.ts';
import { silu } from '../silu/op.ts';

export interface ShortConvAttrs {
  activation: 'silu' | null;
}

export const shortConvOp: Op<ShortConvAttrs> = {
  name: 'shortConv',
  inputs: ['x', 'weight', 'bias?', 'h0?', 'ranges?'],
  outputs: ['y', 'state'],
  ids: { 'ranges?': rangeIds(0) },
  mayUpdate: { state: 'h0?' },
  shape([x, weight, bias, h0, ranges], { activation }) {
    oneOf('shortConv: activation', activation, ['silu', null]);
    if (x!.length !== 3 || weight!.length !== 2 || weight![0] !== x![2] || weight![1] < 1)
      throw new ShapeError(
        `shortConv: x [${x}] and weight [${weight}] are not [B,T,D] and [D,W]; give one filter per channel.`,
      );
    requireRanges('shortConv', ranges, x!);
    const [B, , D] = x!;
    const state = [ranges ? ranges[0] : B, weight![1] - 1, D];
    if (bias && !sameShape(bias, [D]))
      throw new ShapeError(`shortConv: bias [${bias}] does not fit x [${x}]; give [${D}].`);
    if (h0 && !sameShape(h0, state))
      throw new ShapeError(`shortConv: h0 [${h0}] does not hold W-1 inputs of x [${x}]; give [${state}].`);
    return [x!, state];
  },
  define([x, weight, bias, h0, ranges], attrs) {
    const [B, T] = x.shape;
    const W = weight.shape[1];
    if (!ranges) {
      const { y, inputs } = convolved(x, weight, bias, h0, attrs);
      return [y, inputs.slice(1, T, T + W - 1)];
    }
    const { y, inputs } = convolved(padSequences(x, ranges, B * T), weight, bias, h0, attrs);
    return [packSequences(y, ranges, [B, T]), lastInputs(inputs, ranges, [B, T])];
  },
  vjp: (dys, ins, _outs, attrs) => applyBackward(shortConvGradOp, shortConvOp, dys, ins, attrs),
};

/** y [B,T,D], and what it is made of: the inputs before x and x itself, [B,W-1+T,D]. */
function convolved(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  h0: Tensor | null,
  { activation }: ShortConvAttrs,
): { y: Tensor; inputs: Tensor } {
  const [B, T, D] = x.shape;
  const W = weight.shape[1];
  const inputs = concat([h0 ?? zeros([B, W - 1, D], { device: x.device }), x], 1);
  let y = tap(inputs, weight, 0, T);
  for (let j = 1; j < W; j++) y = y.add(tap(inputs, weight, j, T));
  if (bias) y = y.add(bias);
  return { y: activation === 'silu' ? silu(y) : y, inputs };
}

/** The inputs W-1-j steps back, times their weights. */
const tap = (inputs: Tensor, weight: Tensor, j: number, T: number): Tensor =>
  inputs.slice(1, j, j + T).mul(weight.slice(1, j, j + 1).reshape([weight.shape[0]])); // [B,T,D]

/** The W-1 inputs [n,W-1,D] before the end of each sequence, of inputs [n,W-1+P,D] that stand there from its beginning on. */
function lastInputs(inputs: Tensor, ranges: Tensor, [B, T]: [number, number]): Tensor {
  const [n, rows] = inputs.shape;
  const P = B * T;
  const { device } = inputs;
  const isToken = padSequences(full([B, T], 1, { device }), ranges, P); // [n,P]
  const isBefore = concat([full([n, 1], 1, { device }), isToken], 1); //   [n,P+1]
  const isEnd = isBefore.sub(isToken.pad(1, 0, 1)).reshape([n, P + 1, 1]);
  const at = (j: number) =>
    inputs
      .slice(1, j, j + P + 1)
      .where(isEnd)
      .sum(1, true);
  return concat([inputs.slice(1, 0, 0), ...Array.from({ length: rows - P }, (_, j) => at(j))], 1);
}

const shortConvGradOp: Op<ShortConvAttrs> = /* @__PURE__ */ backwardOf(shortConvOp, ['x', 'weight', 'bias?', 'h0?']);

/**
 * y_t = act(sum over j < W of w[:,j] x_(t-W+1+j) + b), per channel.
 *
 * @param x [B,T,D].
 * @param weight [D,W]; the last column weighs the current token.
 * @param bias [D], or null.
 * @param h0 [n,W-1,D], the inputs before each sequence, oldest first; null for zeros.
 * @param ranges i32 [n,2]: begin and end of the n sequences in the flattened B T positions; null for B rows of T.
 * @returns y [B,T,D], 0 outside of all sequences, and state [n,W-1,D], the last inputs, which continue the sequences as `h0`.
 * @throws ShapeError when the sizes do not fit; OptionError for a range outside.
 */
export function shortConv(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  h0: Tensor | null = null,
  activation: ShortConvAttrs['activation'] = 'silu',
  ranges: Tensor | null = null,
): { y: Tensor; state: Tensor } {
  const [y, state] = apply(shortConvOp, [x, weight, bias, h0, ranges], { activation });
  return { y, state };
}
