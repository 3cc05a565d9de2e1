// Vectors of length 1 over the last axis K.
import { apply1, type Op, type Tensor } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';
import { lastAxis, requireEps } from '../shape-rules.ts';

export interface L2NormAttrs {
  eps: number;
}

export const l2NormOp: Op<L2NormAttrs> = {
  name: 'l2Norm',
  inputs: ['x'],
  outputs: ['y'],
  shape([x], { eps }) {
    requireEps('l2Norm', eps);
    lastAxis('l2Norm', 'x', x!);
    return [x!];
  },
  define: ([x], { eps }) => [x.mul(x.mul(x).sum(-1, true).add(eps).sqrt().reciprocal())],
  vjp: (dys, ins, _outs, attrs) => applyBackward(l2NormGradOp, l2NormOp, dys, ins, attrs),
};

const l2NormGradOp: Op<L2NormAttrs> = /* @__PURE__ */ backwardOf(l2NormOp);

/**
 * y = x / sqrt(sum(x^2) + eps), over the last axis; a row of zeros stays one.
 *
 * @param x [..,K].
 * @param eps inside the root, beside the sum. Default 1e-6.
 * @returns [..,K].
 */
export const l2Norm = (x: Tensor, eps = 1e-6): Tensor => apply1(l2NormOp, [x], { eps });
