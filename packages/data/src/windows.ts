// Windows of one token stream: at random places, or all of it.

import { knownOnly, OptionError, whole } from '@twilljs/tensor';
import { apart, type Batch, type Batches, emptyBatch, type Tokens, writeNext } from './batch.ts';
import { checkBegins, checkSource, checkTokens } from './check.ts';
import { placeIn, type RandomSource } from './source.ts';

/** From which tokens windows are drawn, how long they are, and how many a batch has. */
export interface WindowsOptions {
  /** The stream. */
  tokens: Tokens;
  /** Tokens per window, T; each reads T + 1, since its last label is the token after it. */
  length: number;
  /** Windows per batch, B. */
  batch: number;
  /** Where each window starts is drawn from forks of this. */
  source: RandomSource;
  /** Where documents begin in the stream: within a window they are then sequences of their own, that do not see each other. */
  begins?: ArrayLike<number> | undefined;
}

/**
 * Batches of windows that start anywhere, with next-token labels.
 *
 * @throws OptionError when the stream is shorter than one window and its last label.
 */
export function windows(options: WindowsOptions): Batches {
  knownOnly('windows', options, ['tokens', 'length', 'batch', 'source', 'begins']);
  const { tokens, length, batch: B, source, begins } = options;
  checkSource('windows: source', source);
  const places = startsOf('windows', options);
  whole('windows: batch', B, 1);
  const random = source.fork('windows');
  return {
    B,
    T: length,
    batch(step) {
      whole('windows: step', step, 0);
      return rowsOf({ tokens, length, begins }, B, (row) => placeIn(random.fork(step * B + row), places)).batch;
    },
  };
}

/** How many windows of a text are drawn, once, for all models that are compared. */
export interface EvaluationWindowsOptions extends Omit<WindowsOptions, 'batch'> {
  /** How many windows, n. */
  count: number;
}

/** Windows, and where in the stream each begins. */
export interface EvaluationWindows extends Batch {
  readonly starts: Float64Array; // [B]
}

/**
 * A fixed set of windows at random places, the same for every model that is given the same source.
 *
 * @returns One batch of `count` rows.
 * @throws OptionError when the stream is shorter than one window and its last label.
 */
export function evaluationWindows(options: EvaluationWindowsOptions): EvaluationWindows {
  knownOnly('evaluationWindows', options, ['tokens', 'length', 'count', 'source', 'begins']);
  const { count, source } = options;
  checkSource('evaluationWindows: source', source);
  whole('evaluationWindows: count', count, 1);
  const places = startsOf('evaluationWindows', options);
  const random = source.fork('evaluation');
  const { batch, starts } = rowsOf(options, count, (row) => placeIn(random.fork(row), places));
  return { ...batch, starts };
}

/** Which windows cover a text, and how far they overlap. */
export interface CoveringWindowsOptions extends Omit<WindowsOptions, 'source'> {
  /** Tokens that each window reads again of the one before, so that what it adds has something to go by. Default 0. */
  overlap?: number;
}

/**
 * All of a stream, in windows that follow each other. Every token but the first is the label of one position that is not
 * among the `overlap` first of a window, or of a position of the very first window.
 *
 * @returns Batches of at most `batch` windows; where the stream ends within the last, the rest of it asks for nothing.
 * @throws OptionError when the stream is shorter than one window and its last label, or windows would not advance.
 */
export function coveringWindows(options: CoveringWindowsOptions): Iterable<Batch> {
  knownOnly('coveringWindows', options, ['tokens', 'length', 'batch', 'overlap', 'begins']);
  const { tokens, length, batch, overlap = 0, begins } = options;
  const places = startsOf('coveringWindows', options);
  whole('coveringWindows: batch', batch, 1);
  whole('coveringWindows: overlap', overlap, 0, length - 1);
  const stride = length - overlap;
  const count = 1 + Math.ceil((places - 1) / stride);
  return {
    *[Symbol.iterator]() {
      for (let from = 0; from < count; from += batch) {
        yield rowsOf({ tokens, length, begins }, Math.min(batch, count - from), (row) => (from + row) * stride).batch;
      }
    },
  };
}

type Stream = Pick<WindowsOptions, 'tokens' | 'length' | 'begins'>;

/** Windows of a stream, and where each starts. */
function rowsOf({ tokens, length, begins }: Stream, rows: number, startOf: (row: number) => number) {
  const out = emptyBatch(rows, length);
  const starts = Float64Array.from({ length: rows }, (_, row) => startOf(row));
  for (let row = 0; row < rows; row++) writeNext(out, row, tokens, starts[row]);
  return { batch: begins ? apart(out, starts, begins) : out, starts };
}

/** In how many places a window can start. */
function startsOf(name: string, { tokens, length, begins }: Stream): number {
  checkTokens(`${name}: tokens`, tokens);
  whole(`${name}: length`, length, 1);
  if (begins !== undefined) checkBegins(`${name}: begins`, begins, tokens.length);
  if (tokens.length < length + 1) {
    throw new OptionError(
      `${name}: the corpus has ${tokens.length} tokens and a window of length ${length} reads ${length + 1}; ` +
        'give more text or a smaller length.',
    );
  }
  return tokens.length - length;
}
