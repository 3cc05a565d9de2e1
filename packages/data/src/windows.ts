// Windows at random places of one token stream.

import { OptionError, whole } from '@twilljs/tensor';
import { type Batch, type Batches, emptyBatch, type Tokens, writeNext } from './batch.ts';
import type { RandomSource } from './source.ts';

export interface WindowsOptions {
  /** The stream. */
  tokens: Tokens;
  /** Tokens per window, T; each reads T + 1, since its last label is the token after it. */
  length: number;
  /** Windows per batch, B. */
  batch: number;
  /** Where each window starts is drawn from forks of this. */
  source: RandomSource;
}

/**
 * Batches of windows that start anywhere, with next-token labels.
 *
 * @throws OptionError when the stream is shorter than one window and its last label.
 */
export function windows({ tokens, length, batch: B, source }: WindowsOptions): Batches {
  const starts = startsOf('windows', tokens, length);
  whole('windows: batch', B, 1);
  const random = source.fork('windows');
  return {
    B,
    T: length,
    batch(step) {
      whole('windows: step', step, 0);
      const out = emptyBatch(B, length);
      for (let row = 0; row < B; row++) {
        writeNext(out, row, tokens, random.fork(step * B + row).int(starts));
      }
      return out;
    },
  };
}

export interface EvaluationWindowsOptions extends Omit<WindowsOptions, 'batch'> {
  /** How many windows, n. */
  count: number;
}

/**
 * A fixed set of windows at random places, the same for every model that is given the same source.
 *
 * @returns One batch of `count` rows.
 * @throws OptionError when the stream is shorter than one window and its last label.
 */
export function evaluationWindows({ tokens, length, count, source }: EvaluationWindowsOptions): Batch {
  whole('evaluationWindows: count', count, 1);
  const starts = startsOf('evaluationWindows', tokens, length);
  const random = source.fork('evaluation');
  const out = emptyBatch(count, length);
  for (let row = 0; row < count; row++) writeNext(out, row, tokens, random.fork(row).int(starts));
  return out;
}

/** In how many places a window can start. */
function startsOf(name: string, tokens: Tokens, length: number): number {
  whole(`${name}: length`, length, 1);
  if (tokens.length < length + 1) {
    throw new OptionError(
      `${name}: the corpus has ${tokens.length} tokens and a window of length ${length} reads ${length + 1}; ` +
        'give more text or a smaller length.',
    );
  }
  return tokens.length - length;
}
