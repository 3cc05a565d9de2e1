// Multi-query associative recall with independent queries: keys may be asked again at once, values may repeat.
import { knownOnly } from '@twilljs/tensor';
import type { RandomSource } from '../source.ts';
import { writeRecall } from './recall.ts';
import { checkHalves, checkPairs, makeTask, quarters, type Task } from './task.ts';

/** Options of `uniformMqar`. */
export interface UniformMqarOptions {
  /** Tokens per row, T, even. Default 64. */
  length?: number;
  /** Keys are the lower half of the ids, values the upper half. Even. Default 128. */
  vocab?: number;
  /** Pairs per row, D. Default 8. */
  pairs?: number;
  /** Rows per batch, B. Default 64. */
  batch?: number;
  source: RandomSource;
}

/**
 * k1 v1 ... kD vD with distinct keys and independent values, then to the end of the row a key drawn anew from the D
 * each time, followed by its value. The label is the value, at the query keys only.
 *
 * Some answers stand a few tokens back, so a window too short to reach the pairs still answers those repeats; that is
 * what a control with short windows measures here, and what `mqar`, which asks in permutations, makes rare.
 *
 * Difficulty: pairs.
 *
 * @throws OptionError when the pairs fit neither the row (4D <= T) nor the vocabulary.
 */
export function uniformMqar(options: UniformMqarOptions): Task {
  knownOnly('uniformMqar', options, ['length', 'vocab', 'pairs', 'batch', 'source']);
  const { length = 64, vocab = 128, pairs: most = 8, batch = 64, source } = options;
  checkHalves('mqar-uniform', vocab);
  const half = vocab / 2;
  const check = (pairs: number) => checkPairs('mqar-uniform', pairs, length, half);
  check(most);
  return makeTask({
    name: 'mqar-uniform',
    vocab,
    chance: 1 / half,
    difficulties: quarters(most),
    batch,
    source,
    check,
    length: () => length,
    difficulty: () => most,
    write(out, row, pairs, random) {
      const keys = random.choice(half, pairs);
      const values = random.ints(pairs, half).map((v) => half + v);
      writeRecall(out, row, keys, values, random.ints((length - 2 * pairs) / 2, pairs));
    },
  });
}
