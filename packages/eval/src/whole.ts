// All of a text: every token predicted once, in the memory of a few windows.
import { coveringWindows, IGNORE, type Tokens } from '@twilljs/data';
import type { LanguageModel } from '@twilljs/hybrid';
import { knownOnly, whole } from '@twilljs/tensor';
import { estimate } from './estimate.ts';
import type { WindowsResult } from './language.ts';
import { type Place, score } from './score.ts';

/** Tokens that are scored before the next windows are made. */
const TOKENS_OF_PART = 2 ** 15;

/** How a whole text is cut into windows. */
export interface WholeOptions {
  /** Tokens per window, T. */
  length: number;
  /** Positions at the start of a window, but the first, that the window before has counted already. Default 32. */
  warmup?: number;
  /** Where documents begin, which are then measured apart: the first token of each is predicted by nothing. Default: the text is one. */
  begins?: ArrayLike<number> | undefined;
  /** Told after each part. Windows done, and their number. */
  onPart?(done: number, of: number): void;
}

/** Bits per token of a whole text. */
export interface WholeResult extends WindowsResult {
  /** How many windows cover the text. */
  readonly windows: number;
}

/**
 * Bits per token of a whole text in windows that follow each other. Each begins with the last `warmup` tokens of the one before,
 * so that every token but the first of the text counts once, with at least that much before it (the first few have less).
 *
 * @throws OptionError when the text is shorter than a window and its last label, or windows would not advance.
 */
export async function evaluateWhole(model: LanguageModel, tokens: Tokens, options: WholeOptions): Promise<WholeResult> {
  knownOnly('evaluateWhole', options, ['length', 'warmup', 'begins', 'onPart']);
  const { length: T, warmup = 32, begins, onPart } = options;
  whole('evaluateWhole: length', T, 1);
  whole('evaluateWhole: warmup', warmup, 0, T - 1);
  const batch = Math.max(1, Math.floor(TOKENS_OF_PART / T));
  const parts = coveringWindows({ tokens, length: T, overlap: warmup, batch, begins });
  const count = Math.max(1, Math.ceil((tokens.length - 1 - warmup) / (T - warmup)));
  const [sums, counts] = [new Float64Array(count), new Float64Array(count)];
  const [sumsAt, countsAt] = [new Float64Array(T), new Float64Array(T)];
  let done = 0;
  let notFinite: Place | null = null;
  for (const part of parts) {
    const { nats, notFinite: at } = await score(model, part);
    notFinite ??= at && { row: done + at.row, position: at.position };
    for (let i = 0; i < nats.length; i++) {
      if (part.labels[i] === IGNORE) continue;
      const [row, t] = [done + Math.floor(i / T), i % T];
      const bits = nats[i] / Math.LN2;
      sumsAt[t] += bits;
      countsAt[t]++;
      if (row > 0 && t < warmup) continue;
      sums[row] += bits;
      counts[row]++;
    }
    done += part.B;
    onPart?.(done, count);
  }
  const byPosition = Array.from(sumsAt, (sum, t) => (countsAt[t] === 0 ? null : sum / countsAt[t]));
  return { bitsPerToken: estimate(sums, counts), warmup, byPosition, windows: count, notFinite };
}
