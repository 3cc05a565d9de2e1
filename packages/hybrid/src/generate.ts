// Sampling: one token after the other from a prompt.
import {
  type Data,
  exactExp,
  finite,
  keep,
  knownOnly,
  OptionError,
  type Random,
  rng,
  scope,
  shown,
  whole,
} from '@twilljs/tensor';
import { meaningfulIds } from './bytes.ts';
import { checkModel } from './check-model.ts';
import { type IdList, promptIds } from './ids.ts';
import type { LanguageModel } from './model.ts';
import { mostLikely } from './most-likely.ts';

export interface GenerateOptions {
  readonly maxTokens: number;
  /** 0 takes the most likely token; 1 samples from the model's distribution. Default 0. */
  readonly temperature?: number;
  /** Seed of the draws at a temperature above 0. Default 0. */
  readonly seed?: number;
}

/**
 * Continues a prompt, token by token. A prompt of any length is read in the memory of a part of it. A model of bytes writes
 * bytes alone, whatever more its vocabulary has room for.
 *
 * @param prompt one id or more; text is encoded before (`encodeText`).
 * @returns ids as they come.
 * @throws OptionError for an unknown or impossible option, a prompt that is empty or holds what is no id, and for logits that
 * are no numbers to choose by.
 */
export async function* generate(
  model: LanguageModel,
  prompt: IdList,
  options: GenerateOptions,
): AsyncGenerator<number, void, void> {
  checkModel('generate', model);
  knownOnly('generate', options, ['maxTokens', 'temperature', 'seed']);
  const { maxTokens, temperature = 0, seed = 0 } = options;
  whole('generate: maxTokens', maxTokens, 0);
  finite('generate: temperature', temperature, 0);
  let ids = promptIds(prompt, model.config.model.vocab_size);
  const drawn = meaningfulIds(model);
  const random = rng(seed).fork('generate');
  using cache = model.cache(1);
  for (let n = 0; n < maxTokens; n++) {
    const logits = keep(scope(() => model.next({ data: ids, shape: [1, ids.length] }, cache))); // [1,N]
    let values: Data;
    try {
      values = await logits.data();
    } finally {
      logits.release();
    }
    const id = sample(values.subarray(0, drawn), temperature, random, `generate: after token ${cache.position}`);
    yield id;
    ids = Int32Array.of(id);
  }
}

/**
 * Draws from softmax(logits / temperature); the largest at temperature 0.
 *
 * @param logits [N]; -inf for an id that must not come.
 * @param where whose logits they are, for the message.
 * @throws OptionError when they are no numbers to choose by: NaN or inf among them, or -inf for all; for another temperature than a
 * finite number from 0.
 */
export function sample(logits: Data, temperature: number, random: Random, where = 'sample:'): number {
  if (!ArrayBuffer.isView(logits)) {
    throw new OptionError(
      `${where} the logits are ${shown(logits)}; give a typed array, such as logits.data() resolves to.`,
    );
  }
  finite(`${where} temperature`, temperature, 0);
  const best = mostLikely(logits);
  if (best === -1) {
    const at = logits.findIndex((x) => !(x < Number.POSITIVE_INFINITY));
    const found = at === -1 ? 'all -Infinity' : `${logits[at]} for id ${at}`;
    throw new OptionError(
      `${where} the logits are ${found}, no numbers to choose by; use a model that is not damaged.`,
    );
  }
  if (temperature === 0) return best;
  const weights = Float64Array.from(logits, (x) => exactExp((x - logits[best]) / temperature));
  let left = random.uniform(1)[0] * weights.reduce((a, b) => a + b, 0);
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return best;
}
