// Multi-query associative recall as Zoology generates it: one query per key at power-law distances, answers not shown.

import { finite, knownOnly, OptionError, shown } from '@twilljs/tensor';
import type { Batch } from '../batch.ts';
import type { RandomSource } from '../source.ts';
import { checkHalves, checkPairs, makeTask, quarters, type Task } from './task.ts';

export interface ZoologyMqarOptions {
  /** Tokens per row, L, even. */
  length: number;
  /** Keys are ids 1..vocab/2-1, values vocab/2..vocab-1; larger than `length`, even. Default 8192. */
  vocab?: number;
  /** Pairs per row, D. */
  pairs: number;
  /** Exponent a of the distances, p(x) proportional to x^(a-1); 1 is uniform. Default 0.01. */
  power?: number;
  /** What stands where no pair and no query does: uniform random ids, or id 0. Default random. */
  filler?: 'random' | 'zero';
  /** Rows per batch, B. Default 256. */
  batch?: number;
  source: RandomSource;
}

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
  knownOnly('zoologyMqar', options, ['length', 'vocab', 'pairs', 'power', 'filler', 'batch', 'source']);
  const { length, vocab = 8192, pairs: most, power = 0.01, filler = 'random', batch = 256, source } = options;
  checkHalves('mqar-zoology', vocab);
  const half = vocab / 2;
  const check = (pairs: number) => checkPairs('mqar-zoology', pairs, length, half - 1);
  check(most);
  if (vocab <= length) {
    throw new OptionError(`mqar-zoology: vocab = ${vocab} is not above length = ${length}; give a larger vocab.`);
  }
  finite('mqar-zoology: power', power);
  if (power <= 0) {
    throw new OptionError(`mqar-zoology: power = ${power} is not positive; give 0.01, or 1 for uniform distances.`);
  }
  if (filler !== 'random' && filler !== 'zero') {
    throw new OptionError(`mqar-zoology: filler is ${shown(filler)}; give 'random' or 'zero'.`);
  }
  return makeTask({
    name: 'mqar-zoology',
    vocab,
    chance: 1 / half,
    difficulties: quarters(most),
    batch,
    source,
    check,
    length: () => length,
    difficulty: () => most,
    write(out, row, pairs, random) {
      const keys = random.choice(half - 1, pairs).map((k) => 1 + k);
      const values = random.choice(half, pairs).map((v) => half + v);
      writeZoology(out, row, keys, values, drawSlots(pairs, (length - 2 * pairs) / 2, power, random));
      if (filler === 'random') fillZeros(out.inputs.subarray(row * length, (row + 1) * length), vocab, random);
    },
  });
}

/** Distinct slots 0..space-1 for the keys in their order, slot i with weight (i + 1)^(power - 1). */
export function drawSlots(count: number, space: number, power: number, random: RandomSource): Int32Array {
  // ** may differ in the last bit between engines; that moves a draw only if it falls within 1e-15 of a border.
  const weights = Float64Array.from({ length: space }, (_, i) => (i + 1) ** (power - 1));
  return Int32Array.from(random.uniform(count), (u) => {
    let left = u * weights.reduce((a, b) => a + b, 0);
    let slot = -1;
    for (let i = 0; i < space; i++) {
      if (weights[i] === 0) continue;
      slot = i;
      left -= weights[i];
      if (left < 0) break;
    }
    weights[slot] = 0;
    return slot;
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

/** Keys and values are never 0, so what is still 0 is free. */
function fillZeros(row: Int32Array, vocab: number, random: RandomSource): void {
  const filler = random.ints(row.length, vocab);
  for (let i = 0; i < row.length; i++) if (row[i] === 0) row[i] = filler[i];
}
