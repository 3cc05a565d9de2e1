// Mean cross-entropy of labels under logits.
import { apply1, detach, type Op, oneHot, ones, type Tensor } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';
import { linear } from '../linear/linear.ts';
import { logSumExp } from '../log-sum-exp/op.ts';
import { lastAxis, requireSame } from '../shape-rules.ts';

export const crossEntropyOp: Op<null> = {
  name: 'crossEntropy',
  inputs: ['logits', 'labels'],
  outputs: ['loss'],
  ids: { labels: ([logits]) => ({ below: logits!.at(-1)!, of: 'classes', negative: '-100 for none' }) },
  shape([logits, labels]) {
    lastAxis('crossEntropy', 'logits', logits!);
    requireSame('crossEntropy', 'labels', labels!, 'the rows of logits', logits!.slice(0, -1));
    return [[]];
  },
  define([logits, labels]) {
    const chosen = oneHot(labels, logits.shape.at(-1)!); // [..,N], 0 in ignored rows
    const counted = chosen.sum(-1); // [..]
    // Selected, never multiplied: ignored rows may hold NaN, and a class of -Infinity is one that cannot be.
    const rows = logits.where(counted.reshape([...counted.shape, 1])); // [..,N]
    const shifted = rows.sub(detach(rows.max(-1, true))); // [..,N]
    const lost = logSumExp(shifted).sub(shifted.where(chosen).sum(-1)); // [..]
    return [
      lost
        .where(counted)
        .sum()
        .div(counted.sum().maximum(ones([], { device: logits.device }))),
    ];
  },
  vjp: (dys, ins, _outs, attrs) => applyBackward(crossEntropyGradOp, crossEntropyOp, dys, ins, attrs),
};

const crossEntropyGradOp: Op<null> = /* @__PURE__ */ backwardOf(crossEntropyOp, ['logits']);

/**
 * Mean over the counted rows of log(sum(e^logits)) - logits[label].
 *
 * @param logits [..,N], not normalised.
 * @param labels [..] i32, each below N; a negative one (-100) is not counted.
 * @returns [], nats per counted row; 0, with a gradient of 0, when no row counts (PyTorch gives NaN there).
 * @throws ShapeError when labels and logits disagree; DTypeError for labels that are no i32; OptionError for a label that is no class.
 */
export const crossEntropy = (logits: Tensor, labels: Tensor): Tensor => apply1(crossEntropyOp, [logits, labels], null);

/**
 * Cross-entropy of the logits x W' of a head without bias.
 *
 * @param x [..,D].
 * @param weight [N,D].
 * @param labels [..] i32, negative where a row does not count.
 * @returns [], nats per counted row.
 */
export const linearCrossEntropy = (x: Tensor, weight: Tensor, labels: Tensor): Tensor =>
  crossEntropy(linear(x, weight), labels);
