// Answers to token requests.
import { IGNORE } from '@twilljs/data';
import { checkModel, type LanguageModel } from '@twilljs/hybrid';
import { knownOnly, OptionError } from '@twilljs/tensor';
import { score } from '../score.ts';
import type { TokenAnswer, TokenRequest } from './token-request.ts';

export interface ReadOptions {
  /** Tokens in one forward at most, where a request has no more. */
  readonly tokensAtOnce?: number;
  /** Told what a batch has answered, by index; awaited before the next is read. */
  onBatch?(answered: readonly number[], answers: readonly TokenAnswer[]): void | Promise<void>;
  /** Whether a request need not be read; its answer is then absent. */
  readonly isKnown?: (index: number) => boolean;
}

/**
 * Reads what requests ask for.
 *
 * @returns answers in the order of the requests; of those that are known, a hole.
 * @throws OptionError for a request without a context or a continuation, or an id that is none of the model's.
 */
export async function readTokens(
  model: LanguageModel,
  requests: readonly TokenRequest[],
  options: ReadOptions = {},
): Promise<TokenAnswer[]> {
  checkModel('readTokens', model);
  knownOnly('readTokens', options, ['tokensAtOnce', 'onBatch', 'isKnown']);
  const { onBatch, isKnown = () => false } = options;
  for (const [i, { context, continuation }] of requests.entries()) {
    if (context.length > 0 && continuation.length > 0) continue;
    throw new OptionError(
      `readTokens: request ${i} has ${context.length} ids of context and ${continuation.length} of continuation; give one or more of both.`,
    );
  }
  const answers = new Array<TokenAnswer>(requests.length);
  for (const [i, { context, continuation }] of requests.entries()) {
    if (isKnown(i)) continue;
    const T = context.length + continuation.length - 1;
    const inputs = Int32Array.of(...context, ...continuation.subarray(0, -1));
    const labels = new Int32Array(T).fill(IGNORE);
    labels.set(continuation, context.length - 1);
    const { nats, hits } = await score(model, { inputs, labels, B: 1, T });
    const from = context.length - 1;
    answers[i] = { logprobs: nats.slice(from).map((x) => -x), greedy: hits.subarray(from).every((hit) => hit === 1) };
    await onBatch?.([i], [answers[i]]);
  }
  return answers;
}
