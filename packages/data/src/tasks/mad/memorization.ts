// Memorization of MAD: pairs that are the same in every row and stand in none before they are asked for, so weights have to hold them.
import { knownOnly, rng, whole } from '@twilljs/tensor';
import type { Batch } from '../../batch.ts';
import type { RandomSource } from '../../source.ts';
import { epochsOf } from '../epochs.ts';
import { makeTask, type Task } from '../task.ts';

/** Options of MAD's memorization. */
export interface MemorizationOptions {
  /** Tokens per row, L: a key and a sign for its value in turn. Default 32. */
  length?: number;
  /** Ids: keys, values, and the sign, the last. Default 256. */
  vocab?: number;
  /** Decides which value each key has, in training and evaluation alike, whatever the source. Default 12345. */
  map?: number;
  /** Distinct rows of training, each once an epoch; null for new ones for ever. Default 256. */
  examples?: number | null;
  /** Rows per batch, B. Default 128. */
  batch?: number;
  source: RandomSource;
}

const name = 'mad-memorization';

/**
 * Random keys, each followed by a sign at which its value is the label. Keys are ids 0..K-1 with K = (vocab - 1) / 2 rounded down, each has a
 * value of its own among K..vocab-2, and the sign is vocab - 1.
 *
 * Difficulty: tokens.
 *
 * @see Poli et al. 2024, https://arxiv.org/abs/2403.17844: memorization.
 */
export function memorization(options: MemorizationOptions): Task {
  knownOnly('memorization', options, ['length', 'vocab', 'map', 'examples', 'batch', 'source']);
  const { length = 32, vocab = 256, map = 12345, examples = 256, batch = 128, source } = options;
  whole(`${name}: vocab`, vocab, 4);
  whole(`${name}: map`, map, 0);
  const keys = (vocab - 1) >> 1;
  const values = rng(map)
    .choice(vocab - 1 - keys, keys)
    .map((value) => keys + value);
  const check = (tokens: number) => whole(`${name}: length`, tokens, 2);
  check(length);
  return makeTask({
    ...{ name, vocab, batch, source, check },
    ...epochsOf(name, examples, source),
    chance: 1 / (vocab - 1 - keys),
    difficulties: [length],
    length: (tokens) => tokens - (tokens % 2),
    difficulty: () => length,
    write: (out, row, _, random) => writeMemorized(out, row, random.ints(out.T / 2, keys), values, vocab - 1),
  });
}

/**
 * Writes a row of MAD's memorization into a batch: keys, each before the sign at which its value is asked for.
 *
 * @param values of all keys.
 */
export function writeMemorized(
  { inputs, labels, T }: Batch,
  row: number,
  keys: ArrayLike<number>,
  values: ArrayLike<number>,
  sign: number,
): void {
  for (let i = 0; i < keys.length; i++) {
    inputs.set([keys[i], sign], row * T + 2 * i);
    labels[row * T + 2 * i + 1] = values[keys[i]];
  }
}
