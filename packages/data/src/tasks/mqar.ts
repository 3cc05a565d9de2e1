// Multi-query associative recall, the dense form: every slot after the pairs is a query, followed by its answer.
import { knownOnly, whole } from '@twilljs/tensor';
import type { RandomSource } from '../source.ts';
import { writeRecall } from './recall.ts';
import { checkHalves, checkPairs, makeTask, quarters, type Task } from './task.ts';

/** Options of `mqar`. */
export interface MqarOptions {
  /** Tokens per row, T, even. Default 64. */
  length?: number;
  /** Keys are ids 1..vocab/2-1, values vocab/2..vocab-1. Even. Default 64. */
  vocab?: number;
  /** Pairs per row, D; with `steps` the number that the curriculum reaches. Default 16. */
  pairs?: number;
  /** Steps of the run, for the curriculum. Without it all rows have `pairs` pairs from the start. */
  steps?: number;
  /** Rows per batch, B. Default 32. */
  batch?: number;
  source: RandomSource;
}

/**
 * k1 v1 ... kD vD, then one random permutation of the keys after another until the row is full, each key followed by its
 * value. Keys are distinct, values are distinct. The label is the value, at the query keys only: (T - 2D) / 2 a row.
 *
 * Difficulty: pairs.
 *
 * @throws OptionError when the pairs fit neither the row (4D <= T) nor the vocabulary.
 * @see Arora et al. 2023, https://arxiv.org/abs/2312.04927; this is a dense variation of its generator, `zoologyMqar`.
 */
export function mqar(options: MqarOptions): Task {
  knownOnly('mqar', options, ['length', 'vocab', 'pairs', 'steps', 'batch', 'source']);
  const { length = 64, vocab = 64, pairs: most = 16, steps, batch = 32, source } = options;
  checkHalves('mqar', vocab);
  const half = vocab / 2;
  const check = (pairs: number) => checkPairs('mqar', pairs, length, half - 1);
  check(most);
  if (steps !== undefined) whole('mqar: steps', steps, 1);
  return makeTask({
    name: 'mqar',
    vocab,
    chance: 1 / half,
    difficulties: quarters(most),
    batch,
    source,
    check,
    length: () => length,
    difficulty: (step) => (steps === undefined ? most : curriculum(step, steps, most)),
    write(out, row, pairs, random) {
      const keys = random.choice(half - 1, pairs).map((k) => 1 + k);
      const values = random.choice(half, pairs).map((v) => half + v);
      const queries = new Int32Array((length - 2 * pairs) / 2);
      for (let at = 0; at < queries.length; at += pairs) {
        queries.set(random.permutation(pairs).subarray(0, queries.length - at), at);
      }
      writeRecall(out, row, keys, values, queries);
    },
  });
}

/**
 * Pairs at a step of a run: 2 for the first tenth, growing geometrically to `most` at seven tenths, then `most`.
 *
 * @param step Counted from 0.
 * @param steps Of the run.
 * @returns max(2, min(most, round(2 (most/2)^clamp((step/steps - .1) / .6, 0, 1)))), or `most` where that is below 2.
 */
export function curriculum(step: number, steps: number, most = 16): number {
  whole('curriculum: step', step, 0);
  whole('curriculum: steps', steps, 1);
  whole('curriculum: most', most, 1);
  const along = Math.min(1, Math.max(0, (step / steps - 0.1) / 0.6));
  return Math.min(most, Math.max(2, Math.round(2 * (most / 2) ** along)));
}
