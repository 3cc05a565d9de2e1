// Compression of MAD: all of a row is to be said again, of which a model for it keeps no more than the state at its last token.
import { knownOnly, whole } from '@twilljs/tensor';
import type { Batch } from '../../batch.ts';
import type { RandomSource } from '../../source.ts';
import { epochsOf } from '../epochs.ts';
import { makeTask, type Task } from '../task.ts';

/** Options of MAD's compression. */
export interface CompressionOptions {
  /** Tokens per row, L: those that are compressed, and the sign. Default 32. */
  length?: number;
  /** Ids: those that are compressed, and the sign, the last. Default 16. */
  vocab?: number;
  /** Distinct rows of training, each once an epoch; null for new ones for ever. Default 12800. */
  examples?: number | null;
  /** Rows per batch, B. Default 128. */
  batch?: number;
  source: RandomSource;
}

const name = 'mad-compression';

/**
 * L - 1 random tokens and a sign, id vocab - 1; the label of every position is its own token. A causal model with a head at each position
 * reads it there: the task means something to an auto-encoder, which says the row by the state at the sign.
 *
 * Difficulty: tokens of a row.
 *
 * @see Poli et al. 2024, https://arxiv.org/abs/2403.17844: compression.
 */
export function compression(options: CompressionOptions): Task {
  knownOnly('compression', options, ['length', 'vocab', 'examples', 'batch', 'source']);
  const { length = 32, vocab = 16, examples = 12800, batch = 128, source } = options;
  whole(`${name}: vocab`, vocab, 3);
  const check = (tokens: number) => whole(`${name}: length`, tokens, 2);
  check(length);
  return makeTask({
    ...{ name, vocab, batch, source, check },
    ...epochsOf(name, examples, source),
    chance: 1 / (vocab - 1),
    difficulties: [length],
    length: (tokens) => tokens,
    difficulty: () => length,
    write: (out, row, tokens, random) => writeCompressed(out, row, random.ints(tokens - 1, vocab - 1), vocab - 1),
  });
}

/**
 * Writes a row of MAD's compression into a batch: tokens, then the sign, at which they are asked for.
 *
 * @param tokens to compress, before the sign.
 */
export function writeCompressed(
  { inputs, labels, T }: Batch,
  row: number,
  tokens: ArrayLike<number>,
  sign: number,
): void {
  for (const ids of [inputs, labels]) {
    ids.set(tokens, row * T);
    ids[(row + 1) * T - 1] = sign;
  }
}
