// Natural text in which a passage comes a second time: whether a model looks back and copies.

import { knownOnly, OptionError, whole } from '@twilljs/tensor';
import { type Batch, emptyBatch, idsOf, type Tokens } from './batch.ts';
import { checkSource, checkTokens } from './check.ts';
import { placeIn, type RandomSource } from './source.ts';

/** From which tokens passages are taken, and how they are repeated. */
export interface CopiesOptions {
  /** The text. */
  tokens: Tokens;
  /** How many rows, n. */
  count: number;
  /** Where each row is taken from is drawn from forks of this. */
  source: RandomSource;
  /** Tokens of the passage. Default 48. */
  span?: number;
  /** From the passage to its second occurrence, in tokens. Default 96. */
  distance?: number;
  /** Tokens before the passage, which nothing is asked of. Default 32. */
  context?: number;
}

/** Rows with labels at the two occurrences alone. */
export interface Copies extends Batch {
  /** Position of the first label of the passage, and of its second occurrence. */
  readonly first: number;
  readonly second: number;
  readonly span: number;
}

/**
 * Rows of `context + distance` tokens of text, then the `span` tokens that follow the context once more.
 *
 * @returns One batch of `count` rows, T = context + distance + span - 1.
 * @throws OptionError when the text is shorter than a row's piece of it, or the two occurrences would overlap.
 */
export function copies(options: CopiesOptions): Copies {
  knownOnly('copies', options, ['tokens', 'count', 'source', 'span', 'distance', 'context']);
  const { tokens, count, source, span = 48, distance = 96, context = 32 } = options;
  checkTokens('copies: tokens', tokens);
  checkSource('copies: source', source);
  whole('copies: count', count, 1);
  whole('copies: span', span, 1);
  whole('copies: context', context, 1);
  whole('copies: distance', distance, span);
  const piece = context + distance;
  if (tokens.length < piece) {
    throw new OptionError(
      `copies: the text has ${tokens.length} tokens and a row takes ${piece} of it; give more text or a smaller distance.`,
    );
  }
  const T = piece + span - 1;
  const [first, second] = [context - 1, piece - 1];
  const random = source.fork('copies');
  const out = emptyBatch(count, T);
  for (let row = 0; row < count; row++) {
    const start = placeIn(random.fork(row), tokens.length - piece + 1);
    const ids = Int32Array.from(idsOf(tokens, start, start + piece));
    const passage = ids.subarray(context, context + span);
    out.inputs.set(ids, row * T);
    out.inputs.set(passage.subarray(0, span - 1), row * T + piece);
    for (const at of [first, second]) out.labels.set(passage, row * T + at);
  }
  return { ...out, first, second, span };
}
