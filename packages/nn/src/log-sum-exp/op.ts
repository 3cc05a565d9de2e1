// The logarithm of the softmax's denominator, over the last axis N.
import { apply1, type Op, type Tensor } from '@twilljs/tensor';
import { lastAxis } from '../shape-rules.ts';
import { largestOf, lowest, softmax } from '../softmax/op.ts';

export const logSumExpOp: Op<null> = {
  name: 'logSumExp',
  inputs: ['x'],
  outputs: ['y'],
  shape([x]) {
    lastAxis('logSumExp', 'x', x!);
    return [x!.slice(0, -1)];
  },
  define([x]) {
    // At most the largest finite number as well, so that Infinity stays itself.
    const largest = largestOf(x.neg().maximum(lowest(x.device)).neg()); // [..,1]
    const total = x.sub(largest).exp().sum(-1, true); // [..,1]
    return [total.log().add(largest).reshape(x.shape.slice(0, -1))];
  },
  vjp: ([dy], [x]) => [softmax(x).mul(dy.reshape([...dy.shape, 1]))],
};

/**
 * y = log(sum(e^x)), over the last axis.
 *
 * @param x [..,N], of any size: the largest entry of each row is subtracted first.
 * @returns [..]; -Infinity for a row of it, Infinity where an entry is.
 */
export const logSumExp = (x: Tensor): Tensor => apply1(logSumExpOp, [x], null);
