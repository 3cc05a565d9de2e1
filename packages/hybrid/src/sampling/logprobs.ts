// Log-probabilities of the model itself, before any option changes what comes.
import { type Data, exactExp, exactLog } from '@twilljs/tensor';

/** An id, with the natural logarithm of the probability that the model gives it. */
export interface Likely {
  readonly id: number;
  readonly logprob: number;
}

/** An id that came, and what the model found most likely in its place. */
export interface Token extends Likely {
  /** From the most likely on, as many as `logprobs` asks for; of equals the lower id first. */
  readonly top: readonly Likely[];
}

/** @param logits [N] of which at least one is finite. @param count of the most likely ids beside it. */
export function tokenOf(logits: Data, id: number, count: number): Token {
  let largest = Number.NEGATIVE_INFINITY;
  for (const x of logits) if (x > largest) largest = x;
  let total = 0;
  for (const x of logits) total += exactExp(x - largest);
  const all = largest + exactLog(total);
  return {
    id,
    logprob: logits[id] - all,
    top: largestIn(logits, count).map((id) => ({ id, logprob: logits[id] - all })),
  };
}

/** Indices of the largest values, in descending order. */
function largestIn(values: Data, count: number): number[] {
  const found: number[] = [];
  if (count === 0) return found;
  for (let i = 0; i < values.length; i++) {
    if (found.length === count && !(values[i] > values[found[count - 1]])) continue;
    let at = found.length;
    while (at > 0 && values[found[at - 1]] < values[i]) at--;
    found.splice(at, 0, i);
    if (found.length > count) found.pop();
  }
  return found;
}
