// The logarithm of the softmax's denominator, over the last axis N.
import { apply1, detach, type Op, type Tensor } from '@twilljs/tensor';
import { lastAxis } from '../shape-rules.ts';
import { softmax } from '../softmax/op.ts';

export const logSumExpOp: Op<null> = {
  name: 'logSumExp',
  inputs: ['x'],
  outputs: ['y'],
  shape([x]) {
    lastAxis('logSumExp', 'x', x!);
    return [x!.slice(0, -1)];
  },
  define([x]) {
    const largest = detach(x.max(-1, true)); // [..,1]
    const total = x.sub(largest).exp().sum(-1, true); // [..,1]
    return [total.log().add(largest).reshape(x.shape.slice(0, -1))];
  },
  vjp: ([dy], [x]) => [softmax(x).mul(dy.reshape([...dy.shape, 1]))],
};

/**
 * y = log(sum(e^x)), over the last axis.
 *
 * @param x [..,N], of any size: the largest entry of each row is subtracted first.
 * @returns [..].
 */
export const logSumExp = (x: Tensor): Tensor => apply1(logSumExpOp, [x], null);
