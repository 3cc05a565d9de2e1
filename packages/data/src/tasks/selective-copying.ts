// Selective copying: some tokens stand among many blanks, and are to be said again in order.
import { knownOnly, OptionError, whole } from '@twilljs/tensor';
import type { Batch } from '../batch.ts';
import type { RandomSource } from '../source.ts';
import { epochsOf } from './epochs.ts';
import { makeTask, type Task } from './task.ts';

/** Options of selective copying. */
export interface SelectiveCopyingOptions {
  /** Tokens per row, L. Default 256. */
  length?: number;
  /** Ids: those that are copied, the blank and the sign for copying. Default 16. */
  vocab?: number;
  /** Tokens that are copied, n. Default 16. */
  copied?: number;
  /** Distinct rows of training, each once an epoch; null for new ones for ever. Default 12800. */
  examples?: number | null;
  /** Rows per batch, B. Default 128. */
  batch?: number;
  source: RandomSource;
}

const name = 'selective-copying';

/**
 * n random tokens among L - 2n - 1 blanks, each of which stands before one of the tokens; the sign for copying; n blanks, at which the tokens
 * are asked for in order. The blank is id vocab - 2, the sign vocab - 1.
 *
 * Difficulty: tokens of a row.
 *
 * @throws OptionError when they do not fit (2n + 1 <= L).
 * @see Gu and Dao 2023, https://arxiv.org/abs/2312.00752; this form: Poli et al. 2024, https://arxiv.org/abs/2403.17844.
 */
export function selectiveCopying(options: SelectiveCopyingOptions): Task {
  knownOnly('selectiveCopying', options, ['length', 'vocab', 'copied', 'examples', 'batch', 'source']);
  const { length = 256, vocab = 16, copied = 16, examples = 12800, batch = 128, source } = options;
  whole(`${name}: vocab`, vocab, 4);
  whole(`${name}: copied`, copied, 1);
  const check = (tokens: number) => {
    whole(`${name}: length`, tokens, 1);
    if (2 * copied + 1 <= tokens) return;
    throw new OptionError(
      `${name}: ${copied} tokens, as many answers and a sign take ${2 * copied + 1}, and length is ${tokens}; give fewer to copy, or a larger length.`,
    );
  };
  check(length);
  return makeTask({
    ...{ name, vocab, batch, source, check },
    ...epochsOf(name, examples, source),
    chance: 1 / (vocab - 2),
    difficulties: [length],
    length: (tokens) => tokens,
    difficulty: () => length,
    write(out, row, tokens, random) {
      const blanks = new Int32Array(copied);
      for (const before of random.ints(tokens - 2 * copied - 1, copied)) blanks[before]++;
      writeSelective(out, row, random.ints(copied, vocab - 2), blanks, vocab);
    },
  });
}

/**
 * Writes a row of selective copying into a batch: tokens among blanks, then the places where they are asked for.
 *
 * @param tokens to copy.
 * @param blanks how many stand before each.
 */
export function writeSelective(
  { inputs, labels, T }: Batch,
  row: number,
  tokens: ArrayLike<number>,
  blanks: ArrayLike<number>,
  vocab: number,
): void {
  inputs.fill(vocab - 2, row * T, (row + 1) * T);
  let at = row * T;
  for (let i = 0; i < tokens.length; i++) {
    at += blanks[i];
    inputs[at++] = tokens[i];
    labels[(row + 1) * T - tokens.length + i] = tokens[i];
  }
  inputs[at] = vocab - 1;
}
