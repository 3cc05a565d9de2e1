// Multi-query associative recall as Zoology generates it: one query per key at power-law distances, answers not shown.

import { knownOnly } from '@twilljs/tensor';
import type { Batch } from '../batch.ts';
import { checkHalves, checkPairs, quarters, type Task } from './task.ts';
import { drawSlots, type ZoologyMqarOptions, zoologyNames, zoologyTask } from './zoology.ts';

/**
 * k1 v1 ... kD vD, then in (L - 2D) / 2 slots of two tokens each key once. Keys draw their slots x = 1, 2, ... one after
 * another without replacement, p(x) proportional to x^(a-1). The label is the value, at the query; the value is not shown
 * there. Random filler may fall on keys and values.
 *
 * Difficulty: pairs.
 *
 * @throws OptionError when the pairs do not fit the row (4D <= L), or the row or the pairs the vocabulary.
 * @see Arora et al. 2023, https://arxiv.org/abs/2312.04927.
 */
export function zoologyMqar(options: ZoologyMqarOptions): Task {
  knownOnly('zoologyMqar', options, zoologyNames);
  const { length, vocab = 8192, pairs: most } = options;
  checkHalves('mqar-zoology', vocab);
  const half = vocab / 2;
  return zoologyTask(options, {
    name: 'mqar-zoology',
    chance: 1 / half,
    difficulties: quarters(most),
    check: (pairs) => checkPairs('mqar-zoology', pairs, length, half - 1),
    write(out, row, pairs, random, power) {
      const keys = random.choice(half - 1, pairs).map((k) => 1 + k);
      const values = random.choice(half, pairs).map((v) => half + v);
      writeZoology(out, row, keys, values, drawSlots(pairs, (length - 2 * pairs) / 2, power, random));
    },
  });
}

/** Writes the pairs and, in the slot of each key, the key with its value as label. */
export function writeZoology(
  { inputs, labels, T }: Batch,
  row: number,
  keys: ArrayLike<number>,
  values: ArrayLike<number>,
  slots: ArrayLike<number>,
): void {
  const start = row * T;
  for (let i = 0; i < keys.length; i++) {
    inputs[start + 2 * i] = keys[i];
    inputs[start + 2 * i + 1] = values[i];
    const query = start + 2 * keys.length + 2 * slots[i];
    inputs[query] = keys[i];
    labels[query] = values[i];
  }
}
