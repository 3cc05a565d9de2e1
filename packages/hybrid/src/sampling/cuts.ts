// Which ids may come: the logits of all others become -inf. One that is the largest always stays.
import { exactExp } from '@twilljs/tensor';

/** Keeps the k largest logits, and all that equal the k-th. */
export function keepTopK(logits: Float64Array, k: number): void {
  if (k >= logits.length) return;
  const least = atPlace(logits, logits.length - k);
  for (let i = 0; i < logits.length; i++) if (logits[i] < least) logits[i] = Number.NEGATIVE_INFINITY;
}

/**
 * Drops the least likely ids as long as they together have a probability of at most 1 - p. Of equal logits those of lower ids go first:
 * Transformers sorts in ascending order and keeps the order of equals.
 */
export function keepTopP(logits: Float64Array, p: number): void {
  if (p === 1) return;
  const sorted = logits.filter((x) => x > Number.NEGATIVE_INFINITY).sort();
  const largest = sorted[sorted.length - 1];
  const weights = sorted.map((x) => exactExp(x - largest));
  const total = weights.reduce((sum, x) => sum + x, 0);
  let dropped = 0;
  for (let sum = weights[0] / total; dropped < sorted.length - 1 && sum <= 1 - p; sum += weights[dropped] / total) {
    dropped++;
  }
  const least = sorted[dropped];
  let equals = dropped - sorted.indexOf(least); // so many of those go too
  for (let i = 0; i < logits.length; i++) {
    if (logits[i] < least || (logits[i] === least && equals-- > 0)) logits[i] = Number.NEGATIVE_INFINITY;
  }
}

/** Keeps ids that have at least the share `p` of the probability of the most likely one. */
export function keepMinP(logits: Float64Array, p: number): void {
  const largest = largestOf(logits);
  for (let i = 0; i < logits.length; i++) {
    if (exactExp(logits[i] - largest) < p) logits[i] = Number.NEGATIVE_INFINITY;
  }
}

/** Without Math.max of all, whose arguments lie on the stack. */
export const largestOf = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b));

/** What sorting would put there, without sorting the rest: Hoare's selection. A vocabulary has 150,000 ids, and every token asks. */
function atPlace(values: Float64Array, place: number): number {
  const all = values.slice();
  for (let from = 0, to = all.length - 1; from < to; ) {
    const pivot = all[(from + to) >> 1];
    let [i, j] = [from, to];
    while (i <= j) {
      while (all[i] < pivot) i++;
      while (all[j] > pivot) j--;
      if (i > j) break;
      const x = all[i];
      all[i++] = all[j];
      all[j--] = x;
    }
    if (place <= j) to = j;
    else if (place >= i) from = i;
    else break; // between them all equal the pivot
  }
  return all[place];
}
