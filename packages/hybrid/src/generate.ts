// Sampling: one token after the other from a prompt.
import { type Data, exactExp, keep, OptionError, type Random, rng, scope } from '@twilljs/tensor';
import type { LanguageModel } from './model.ts';

export interface GenerateOptions {
  readonly maxTokens: number;
  /** 0 takes the most likely token; 1 samples from the model's distribution. Default 0. */
  readonly temperature?: number;
  /** Seed of the draws at a temperature above 0. Default 0. */
  readonly seed?: number;
}

/**
 * Continues a prompt, token by token.
 *
 * @param prompt one id or more.
 * @returns ids as they come.
 * @throws OptionError for an empty prompt or a negative temperature.
 */
export async function* generate(
  model: LanguageModel,
  prompt: ArrayLike<number>,
  { maxTokens, temperature = 0, seed = 0 }: GenerateOptions,
): AsyncGenerator<number, void, void> {
  if (prompt.length === 0)
    throw new OptionError('generate: the prompt is empty but a model continues at least one token; give one.');
  if (!(temperature >= 0))
    throw new OptionError(`generate: temperature is ${temperature} but cannot be negative; use 0 for greedy.`);
  const random = rng(seed).fork('generate');
  const cache = model.cache(1);
  try {
    let ids = Int32Array.from(prompt);
    for (let n = 0; n < maxTokens; n++) {
      const logits = keep(scope(() => model.next({ data: ids, shape: [1, ids.length] }, cache))); // [1,N]
      const values = await logits.data();
      logits.release();
      const id = sample(values, temperature, random);
      yield id;
      ids = Int32Array.of(id);
    }
  } finally {
    cache[Symbol.dispose]();
  }
}

/** Draws from softmax(logits / temperature); the largest at temperature 0. @param logits [N] */
export function sample(logits: Data, temperature: number, random: Random): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  if (temperature === 0) return best;
  const weights = Float64Array.from(logits, (x) => exactExp((x - logits[best]) / temperature));
  let left = random.uniform(1)[0] * weights.reduce((a, b) => a + b, 0);
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return best;
}
