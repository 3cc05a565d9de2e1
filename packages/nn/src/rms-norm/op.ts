// Root-mean-square norm over the last axis D.
import { apply1, type Op, type Tensor } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';
import { requireEps, requireVector } from '../shape-rules.ts';

export interface RmsNormAttrs {
  eps: number;
}

export const rmsNormOp: Op<RmsNormAttrs> = {
  name: 'rmsNorm',
  inputs: ['x', 'weight?'],
  outputs: ['y'],
  shape([x, weight], { eps }) {
    requireEps('rmsNorm', eps);
    requireVector('rmsNorm', 'weight', weight, x!);
    return [x!];
  },
  define([x, weight], { eps }) {
    const rstd = x.mul(x).mean(-1, true).add(eps).sqrt().reciprocal(); // [..,1]
    const y = x.mul(rstd); // [..,D]
    return [weight ? y.mul(weight) : y];
  },
  vjp: (dys, ins, _outs, attrs) => applyBackward(rmsNormGradOp, rmsNormOp, dys, ins, attrs),
};

const rmsNormGradOp: Op<RmsNormAttrs> = /* @__PURE__ */ backwardOf(rmsNormOp);

/**
 * y = w x / sqrt(mean(x^2) + eps), over the last axis.
 *
 * @param x [..,D].
 * @param weight [D], or null for 1.
 * @returns [..,D].
 * @throws ShapeError when the weight does not fit x; OptionError for an eps that is no finite number from 0.
 */
export const rmsNorm = (x: Tensor, weight: Tensor | null, eps: number): Tensor =>
  apply1(rmsNormOp, [x, weight], { eps });
