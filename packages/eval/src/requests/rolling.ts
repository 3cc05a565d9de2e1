// A text of any length in windows, so that each of its tokens is predicted once.
import { knownOnly, whole } from '@twilljs/tensor';
import type { TokenRequest } from './token-request.ts';

/** How a long text is cut into windows. */
export interface RollingOptions {
  /** Tokens that the model reads at once. */
  readonly maxLength: number;
  /** What stands before the first token. */
  readonly prefix: number;
  /** So many tokens at least stand before those that a window predicts, in all but the first. Default 1. */
  readonly contextLength?: number;
}

/** What a model reads, and what its last positions predict. */
export interface RollingWindow {
  readonly input: Int32Array;
  readonly predict: Int32Array;
}

/**
 * The windows of a text. The first begins with the prefix; the last is filled up with tokens that were predicted before.
 *
 * @param ids of the text; of none there are no windows.
 * @see lm-evaluation-harness 0.4.13, `loglikelihood_rolling`.
 */
export function rollingWindows(ids: Int32Array, options: RollingOptions): RollingWindow[] {
  knownOnly('rollingWindows', options, ['maxLength', 'prefix', 'contextLength']);
  const { maxLength, prefix, contextLength = 1 } = options;
  whole('rollingWindows: prefix', prefix, 0);
  whole('rollingWindows: maxLength', maxLength, 1);
  whole('rollingWindows: contextLength', contextLength, 1, maxLength);
  if (ids.length === 0) return [];
  const first = Math.min(maxLength, ids.length);
  const input = new Int32Array(first).fill(prefix, 0, 1);
  input.set(ids.subarray(0, first - 1), 1);
  const windows = [{ input, predict: ids.slice(0, first) }];
  const count = maxLength - contextLength + 1;
  for (let at = first; at < ids.length; at += count) {
    const end = Math.min(ids.length, at + count);
    windows.push({ input: ids.slice(end - maxLength - 1, end - 1), predict: ids.slice(at, end) });
  }
  return windows;
}

/** A window as a request: what it reads and does not predict is the context. */
export function disjoint({ input, predict }: RollingWindow): TokenRequest {
  return { context: input.slice(0, input.length - predict.length + 1), continuation: predict };
}
