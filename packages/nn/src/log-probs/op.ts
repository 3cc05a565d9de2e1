// What a row of logits says about a few labels, and which class it says: all that scoring wants of it.
import { apply, argmax, detach, type Op, oneHot, ShapeError, type Tensor } from '@twilljs/tensor';
import { logSumExp } from '../log-sum-exp/op.ts';
import { lastAxis } from '../shape-rules.ts';

export const logProbsOp: Op<null> = {
  name: 'logProbs',
  inputs: ['logits', 'labels'],
  outputs: ['logprobs', 'best'],
  types: { best: 'i32' },
  ids: { labels: ([logits]) => ({ below: logits!.at(-1)!, of: 'classes', negative: '-100 for none' }) },
  shape([logits, labels]) {
    lastAxis('logProbs', 'logits', logits!);
    const rows = logits!.slice(0, -1);
    if (labels!.length !== logits!.length || rows.some((n, i) => n !== labels![i])) {
      throw new ShapeError(
        `logProbs: labels [${labels}] are not [${[...rows, 'K']}], K for each row of logits [${logits}]; give -100 where there are fewer.`,
      );
    }
    return [labels! as number[], rows];
  },
  define([logits, labels]) {
    const N = logits.shape.at(-1)!;
    const rows = logits.shape.slice(0, -1);
    const chosen = oneHot(labels, N); // [..,K,N]
    const counted = chosen.sum(-1); // [..,K]
    // Of a row that holds Infinity, or nothing but -Infinity, NaN is left: it has no distribution.
    const shifted = logits.sub(detach(logits.max(-1, true))); // [..,N]
    const total = logSumExp(shifted).reshape([...rows, 1]); // [..,1]
    const spread = shifted
      .reshape([...rows, 1, N])
      .where(chosen)
      .sum(-1); // [..,K]
    return [spread.sub(total).where(counted), argmax(logits)];
  },
};

/**
 * Log-probabilities of labels under logits, and the most likely class of each row. Gradients flow through the first.
 *
 * @param logits [..,N], not normalised.
 * @param labels [..,K] i32, each below N; a negative one (-100) asks for nothing.
 * @returns logprobs [..,K]: logits[label] - log(sum(e^logits)), in nats; NaN in a row that has no distribution, 0 where nothing is asked.
 * best [..] i32: the first of the largest logits; -1 in a row that has no distribution.
 * @throws ShapeError when labels and logits disagree; DTypeError for labels that are no i32; OptionError for a label that is no class.
 */
export function logProbs(logits: Tensor, labels: Tensor): { logprobs: Tensor; best: Tensor } {
  const [logprobs, best] = apply(logProbsOp, [logits, labels], null);
  return { logprobs, best };
}
