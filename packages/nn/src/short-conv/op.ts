// Causal convolution over time, one filter per channel. B batch, T time, D channels, W filter width.
import { apply, concat, type Op, oneOf, ShapeError, sameShape, type Tensor, zeros } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';
import { silu } from '../silu/op.ts';

export interface ShortConvAttrs {
  activation: 'silu' | null;
}

export const shortConvOp: Op<ShortConvAttrs> = {
  name: 'shortConv',
  inputs: ['x', 'weight', 'bias?', 'h0?'],
  outputs: ['y', 'state'],
  shape([x, weight, bias, h0], { activation }) {
    oneOf('shortConv: activation', activation, ['silu', null]);
    if (x!.length !== 3 || weight!.length !== 2 || weight![0] !== x![2] || weight![1] < 1)
      throw new ShapeError(
        `shortConv: x [${x}] and weight [${weight}] are not [B,T,D] and [D,W]; give one filter per channel.`,
      );
    const [B, , D] = x!;
    const state = [B, weight![1] - 1, D];
    if (bias && !sameShape(bias, [D]))
      throw new ShapeError(`shortConv: bias [${bias}] does not fit x [${x}]; give [${D}].`);
    if (h0 && !sameShape(h0, state))
      throw new ShapeError(`shortConv: h0 [${h0}] does not hold W-1 inputs of x [${x}]; give [${state}].`);
    return [x!, state];
  },
  define([x, weight, bias, h0], { activation }) {
    const [B, T, D] = x.shape;
    const W = weight.shape[1];
    const past = h0 ?? zeros([B, W - 1, D], { device: x.device });
    const inputs = concat([past, x], 1); // [B,W-1+T,D]
    let y = tap(inputs, weight, 0, T);
    for (let j = 1; j < W; j++) y = y.add(tap(inputs, weight, j, T));
    if (bias) y = y.add(bias);
    return [activation === 'silu' ? silu(y) : y, inputs.slice(1, T, T + W - 1)];
  },
  vjp: (dys, ins, _outs, attrs) => applyBackward(shortConvGradOp, shortConvOp, dys, ins, attrs),
};

/** The inputs W-1-j steps back, times their weights. */
const tap = (inputs: Tensor, weight: Tensor, j: number, T: number): Tensor =>
  inputs.slice(1, j, j + T).mul(weight.slice(1, j, j + 1).reshape([weight.shape[0]])); // [B,T,D]

const shortConvGradOp: Op<ShortConvAttrs> = /* @__PURE__ */ backwardOf(shortConvOp);

/**
 * y_t = act(sum over j < W of w[:,j] x_(t-W+1+j) + b), per channel.
 *
 * @param x [B,T,D].
 * @param weight [D,W]; the last column weighs the current token.
 * @param bias [D], or null.
 * @param h0 [B,W-1,D], the inputs before x, oldest first; null for zeros.
 * @returns y [B,T,D] and state [B,W-1,D], the last inputs, which continue the sequence as `h0`.
 * @throws ShapeError when the sizes do not fit.
 */
export function shortConv(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  h0: Tensor | null = null,
  activation: ShortConvAttrs['activation'] = 'silu',
): { y: Tensor; state: Tensor } {
  const [y, state] = apply(shortConvOp, [x, weight, bias, h0], { activation });
  return { y, state };
}
