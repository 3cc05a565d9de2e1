// The id that logits say, where they say one.
import type { Data } from '@twilljs/tensor';

/**
 * The first index of the largest logit in a row; -1 when softmax is undefined there: a NaN or inf is among them, or all are -inf.
 *
 * @param logits holds the row at [from, to).
 * @returns counted from `from`.
 */
export function mostLikely(logits: Data, from = 0, to = logits.length): number {
  let best = -1;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const x = logits[i];
    if (x > largest) {
      largest = x;
      best = i - from;
    } else if (Number.isNaN(x)) return -1;
  }
  return largest === Number.POSITIVE_INFINITY ? -1 : best;
}
