// Running parity: the smallest task that asks a model to keep a state.

import { knownOnly, whole } from '@twilljs/tensor';
import type { Batch } from '../batch.ts';
import type { RandomSource } from '../source.ts';
import { makeTask, type Task } from './task.ts';

/** Options of `parity`. */
export interface ParityOptions {
  /** Tokens per training row, T. Default 24. */
  length?: number;
  /** Rows per batch, B. Default 64. */
  batch?: number;
  source: RandomSource;
}

/**
 * Random bits, ids 0 and 1; the label of every position is the parity of the bits up to and including it,
 * y_t = (x_1 + ... + x_t) mod 2.
 *
 * Difficulty: tokens, any number. The default ones are the training length and four times it.
 *
 * @see Grazzi et al. 2024, https://arxiv.org/abs/2411.12537.
 */
export function parity(options: ParityOptions): Task {
  knownOnly('parity', options, ['length', 'batch', 'source']);
  const { length = 24, batch = 64, source } = options;
  const check = (tokens: number) => whole('parity: length', tokens, 1);
  check(length);
  return makeTask({
    name: 'parity',
    vocab: 2,
    chance: 1 / 2,
    difficulties: [length, 4 * length],
    batch,
    source,
    check,
    length: (tokens) => tokens,
    difficulty: () => length,
    write: (out, row, _, random) => writeParity(out, row, random.ints(out.T, 2)),
  });
}

/** Writes bits and, at each, their parity so far. */
export function writeParity({ inputs, labels, T }: Batch, row: number, bits: ArrayLike<number>): void {
  let sum = 0;
  for (let t = 0; t < T; t++) {
    sum ^= bits[t];
    inputs[row * T + t] = bits[t];
    labels[row * T + t] = sum;
  }
}
