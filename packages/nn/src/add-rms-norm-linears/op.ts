// A branch added to the residual stream, the norm of the sum and its projections: how the second half of a block begins, for one token.
import { apply, type Op, OptionError, type Shape, shown, type Tensor } from '@twilljs/tensor';
import { addRmsNorm, addRmsNormGradOp } from '../add-rms-norm/op.ts';
import { linearShape } from '../linear/linear.ts';
import { linears, linearsGradOp } from '../linear/op.ts';
import { type RmsNormAttrs, rmsNorm } from '../rms-norm/op.ts';
import { requireEps, requireSame, requireVector } from '../shape-rules.ts';

export const addRmsNormLinearsOp: Op<RmsNormAttrs> = {
  name: 'addRmsNormLinears',
  inputs: ['x', 'branch', 'norm_weight', 'weight...'],
  outputs: ['sum', 'y...'],
  reads: ['norm_weight', 'weight...', 'sum'],
  shape([x, branch, norm_weight, ...weights], { eps }) {
    requireEps('addRmsNormLinears', eps);
    requireSame('addRmsNormLinears', 'branch', branch!, 'x', x!);
    requireVector('addRmsNormLinears', 'norm_weight', norm_weight, x!);
    return [x!, ...(weights as Shape[]).map((weight) => linearShape('addRmsNormLinears', x!, weight))];
  },
  define([x, branch, norm_weight, ...weights], { eps }) {
    const { sum, y } = addRmsNorm(x, branch, norm_weight, eps);
    return [sum, ...linears(y, weights)];
  },
  /** The norm is formed again: what is recorded for a gradient takes the two ops instead. */
  vjp([dsum, ...dys], [, , norm_weight, ...weights], [sum], attrs, [, , , ...needs]) {
    const y = rmsNorm(sum, norm_weight, attrs.eps);
    const [dy, ...gradients] = apply(linearsGradOp, [y, ...dys, ...weights], { needs: [true, ...needs] });
    const [dx, dnorm] = apply(addRmsNormGradOp, [dsum, dy, sum, norm_weight], attrs);
    let next = 0;
    return [dx, dx, dnorm, ...needs.map((need) => (need ? gradients[next++] : null))];
  },
};

/**
 * sum = x + branch, and y_i = rmsNorm(sum) W_i' for each weight.
 *
 * @param x [..,D], and `branch` of the same shape.
 * @param norm_weight [D].
 * @param weights [O_i,D], at least one. Where some are stored in bf16, norm and maps are ops of their own.
 * @returns the sum, and [..,O_i] each.
 * @throws ShapeError when the sizes do not fit; OptionError for no list of weights, or an eps that is no finite number from 0.
 */
export function addRmsNormLinears(
  x: Tensor,
  branch: Tensor,
  norm_weight: Tensor,
  weights: readonly Tensor[],
  eps: number,
): { sum: Tensor; ys: Tensor[] } {
  if (!Array.isArray(weights) || weights.length === 0) {
    throw new OptionError(`addRmsNormLinears: the weights are ${shown(weights)}; give a list of at least one.`);
  }
  if (weights.some((weight) => weight?.dtype === 'bf16')) {
    const { sum, y } = addRmsNorm(x, branch, norm_weight, eps);
    return { sum, ys: linears(y, weights) };
  }
  const [sum, ...ys] = apply(addRmsNormLinearsOp, [x, branch, norm_weight, ...weights], { eps });
  return { sum, ys };
}
