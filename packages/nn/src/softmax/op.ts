// Softmax over the last axis N.
import { apply1, detach, type Op, type Tensor } from '@twilljs/tensor';
import { lastAxis } from '../shape-rules.ts';

export const softmaxOp: Op<null> = {
  name: 'softmax',
  inputs: ['x'],
  outputs: ['y'],
  reads: ['y'],
  shape([x]) {
    lastAxis('softmax', 'x', x!);
    return [x!];
  },
  define([x]) {
    // The maximum changes no result, so it is a constant to the gradient.
    const e = x.sub(detach(x.max(-1, true))).exp(); // [..,N]
    return [e.div(e.sum(-1, true))];
  },
  vjp: ([dy], _ins, [y]) => [apply1(softmaxGradOp, [dy, y], null)],
};

export const softmaxGradOp: Op<null> = {
  name: 'softmaxGrad',
  inputs: ['dy', 'y'],
  outputs: ['dx'],
  shape: ([dy]) => [dy!],
  define: ([dy, y]) => [y.mul(dy.sub(dy.mul(y).sum(-1, true)))],
};

/**
 * y = e^x / sum(e^x), over the last axis.
 *
 * @param x [..,N], of any size: the largest entry of each row is subtracted first.
 * @returns [..,N].
 */
export const softmax = (x: Tensor): Tensor => apply1(softmaxOp, [x], null);
