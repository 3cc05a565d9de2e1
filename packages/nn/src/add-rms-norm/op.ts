// A branch added to the residual stream, and the root-mean-square norm of the sum: what stands before the second half of a block.
import { apply, type Op, type Tensor, vjpOfDefinition } from '@twilljs/tensor';
import { type RmsNormAttrs, rmsNorm, rmsNormOp } from '../rms-norm/op.ts';
import { requireEps, requireSame, requireVector } from '../shape-rules.ts';

export const addRmsNormOp: Op<RmsNormAttrs> = {
  name: 'addRmsNorm',
  inputs: ['x', 'branch', 'weight?'],
  outputs: ['sum', 'y'],
  reads: ['weight?', 'sum'],
  shape([x, branch, weight], { eps }) {
    requireEps('addRmsNorm', eps);
    requireSame('addRmsNorm', 'branch', branch!, 'x', x!);
    requireVector('addRmsNorm', 'weight', weight, x!);
    return [x!, x!];
  },
  define([x, branch, weight], { eps }) {
    const sum = x.add(branch);
    return [sum, rmsNorm(sum, weight, eps)];
  },
  vjp([dsum, dy], [, , weight], [sum], attrs) {
    const [dx, dweight = null] = apply(addRmsNormGradOp, [dsum, dy, sum, weight], attrs);
    return [dx, dx, dweight];
  },
};

/** From the sum instead of what was added, whose gradients are one. */
export const addRmsNormGradOp: Op<RmsNormAttrs> = {
  name: 'addRmsNormGrad',
  inputs: ['dsum', 'dy', 'sum', 'weight?'],
  outputs: ['dx', 'dweight'],
  shape([dsum, dy, sum, weight]) {
    requireSame('addRmsNormGrad', 'dsum', dsum!, 'sum', sum!);
    requireSame('addRmsNormGrad', 'dy', dy!, 'sum', sum!);
    return weight ? [sum!, weight] : [sum!];
  },
  define([dsum, dy, sum, weight], attrs) {
    const [dx, dweight] = vjpOfDefinition(rmsNormOp, [dy], [sum, weight], attrs, [true, weight !== null]);
    return [dsum.add(dx!), ...(dweight ? [dweight] : [])];
  },
};

/**
 * sum = x + branch and y = rmsNorm(sum), in one pass over them.
 *
 * @param x [..,D], and `branch` of the same shape.
 * @param weight [D], or null for 1.
 * @returns both of the shape of x.
 * @throws ShapeError when the shapes do not fit; OptionError for an eps that is no finite number from 0.
 */
export function addRmsNorm(x: Tensor, branch: Tensor, weight: Tensor | null, eps: number): { sum: Tensor; y: Tensor } {
  const [sum, y] = apply(addRmsNormOp, [x, branch, weight], { eps });
  return { sum, y };
}
