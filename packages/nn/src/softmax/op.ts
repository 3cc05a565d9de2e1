// Softmax over the last axis N.
import { apply1, type Device, detach, full, type Op, ones, type Tensor } from '@twilljs/tensor';
import { lastAxis, requireSame } from '../shape-rules.ts';

/** The lowest finite number of a device, [1]. */
export const lowest = (device: Device): Tensor =>
  full([1], device.float === 'f32' ? -3.4028234663852886e38 : -Number.MAX_VALUE, { device });

/**
 * The largest entry of each row of x [..,N], a constant to the gradient because what is subtracted from a whole row changes no
 * softmax; at least the lowest finite number, so that a row of -Infinity is not subtracted from itself.
 *
 * @returns [..,1]
 */
export function largestOf(x: Tensor): Tensor {
  return detach(x.max(-1, true)).maximum(lowest(x.device));
}

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
    const e = x.sub(largestOf(x)).exp(); // [..,N]
    // The largest entry alone adds 1. A row of -Infinity has no distribution: it gives zeros.
    return [e.div(e.sum(-1, true).maximum(ones([1], { device: x.device })))];
  },
  vjp: ([dy], _ins, [y]) => [apply1(softmaxGradOp, [dy, y], null)],
};

const softmaxGradOp: Op<null> = {
  name: 'softmaxGrad',
  inputs: ['dy', 'y'],
  outputs: ['dx'],
  shape([dy, y]) {
    lastAxis('softmaxGrad', 'y', y!);
    requireSame('softmaxGrad', 'dy', dy!, 'y', y!);
    return [y!];
  },
  define: ([dy, y]) => [y.mul(dy.sub(dy.mul(y).sum(-1, true)))],
};

/**
 * y = e^x / sum(e^x), over the last axis.
 *
 * @param x [..,N], of any size: the largest entry of each row is subtracted first.
 * @returns [..,N]; zeros in a row of -Infinity, NaN in one with NaN or Infinity.
 */
export const softmax = (x: Tensor): Tensor => apply1(softmaxOp, [x], null);
