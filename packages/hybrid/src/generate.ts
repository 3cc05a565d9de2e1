// Sampling: one token after the other from a prompt, or from several at once.
import {
  argmax,
  type Data,
  exactExp,
  finite,
  keep,
  knownOnly,
  OptionError,
  type Random,
  release,
  rng,
  scope,
  shown,
  type Tensor,
  untracked,
  whole,
} from '@twilljs/tensor';
import { meaningfulIds } from './bytes.ts';
import { type Cache, requireCache } from './cache.ts';
import { checkModel } from './check-model.ts';
import { type IdList, isIdLists, promptIds } from './ids.ts';
import type { LanguageModel } from './model.ts';
import { mostLikely } from './most-likely.ts';

export interface GenerateOptions {
  readonly maxTokens: number;
  /** 0 takes the most likely token; 1 samples from the model's distribution. Default 0. */
  readonly temperature?: number;
  /** Seed of the draws at a temperature above 0; of several prompts each has its own, the first those that it has alone. Default 0. */
  readonly seed?: number;
  /**
   * Goes on after what it holds, one sequence for each prompt. Afterwards, also after a `break`, it holds the prompt and all ids that came.
   * Default: an empty one, which is given back.
   */
  readonly cache?: Cache;
}

/**
 * Continues a prompt, token by token. A prompt of any length is read in the memory of a part of it. A model of bytes writes
 * bytes alone, whatever more its vocabulary has room for.
 *
 * @param prompt one id or more; text is encoded before (`encodeText`). Several, of any lengths, are continued together.
 * @returns ids as they come; of several prompts a list with one for each.
 * @throws OptionError for an unknown or impossible option, a prompt that is empty or holds what is no id, and for logits that
 * are no numbers to choose by.
 */
export function generate(
  model: LanguageModel,
  prompt: IdList,
  options: GenerateOptions,
): AsyncGenerator<number, void, void>;
export function generate(
  model: LanguageModel,
  prompts: readonly IdList[],
  options: GenerateOptions,
): AsyncGenerator<number[], void, void>;
export async function* generate(
  model: LanguageModel,
  prompt: IdList | readonly IdList[],
  options: GenerateOptions,
): AsyncGenerator<number | number[], void, void> {
  checkModel('generate', model);
  knownOnly('generate', options, ['maxTokens', 'temperature', 'seed', 'cache']);
  const { maxTokens, temperature = 0, seed = 0, cache: given } = options;
  whole('generate: maxTokens', maxTokens, 0);
  finite('generate: temperature', temperature, 0);
  const several = isIdLists(prompt);
  const prompts = several ? prompt : [prompt as IdList];
  /** What the cache has still to read: the prompts, then ids that came. */
  let unread: readonly Int32Array[] | null = prompts.map((ids, i) =>
    promptIds(ids, { what: several ? `prompt ${i}` : 'prompt', vocabulary: model.config.model.vocab_size }),
  );
  const random = rng(seed).fork('generate');
  const draws = prompts.map((_, i) => (i === 0 ? random : random.fork(i)));
  using own = given === undefined ? model.cache(prompts.length) : null;
  const cache = own ?? requireCache(given);
  const read = (): Tensor => {
    const ids = unread!;
    unread = null; // what fails here is not tried again below
    return keep(
      untracked(() => scope(() => model.next(filledUp(ids), cache, { lengths: ids.map(({ length }) => length) }))),
    );
  };
  try {
    for (let n = 0; n < maxTokens; n++) {
      const logits = read(); // [n,N]
      let ids: number[];
      try {
        ids = await chosen(logits, temperature, draws, meaningfulIds(model), cache);
      } finally {
        logits.release();
      }
      unread = ids.map((id) => Int32Array.of(id));
      yield several ? ids : ids[0];
    }
  } finally {
    if (given && unread) read().release();
  }
}

/** One id for each row of logits [n,N]. @param meaningful only the first so many of N may come. */
async function chosen(
  logits: Tensor,
  temperature: number,
  draws: readonly Random[],
  meaningful: number,
  cache: Cache,
): Promise<number[]> {
  const [n, N] = logits.shape;
  if (temperature === 0) {
    const best = keep(untracked(() => scope(() => argmax(meaningful < N ? logits.slice(1, 0, meaningful) : logits))));
    try {
      const ids = Array.from(await best.data());
      if (!ids.includes(-1)) return ids;
    } finally {
      release(best);
    }
  }
  const values = await logits.data();
  const { positions } = cache;
  return Array.from({ length: n }, (_, i) => {
    const of = n > 1 ? ` of prompt ${i}` : '';
    const row = values.subarray(i * N, i * N + meaningful);
    return sample(row, temperature, draws[i], `generate: after token ${positions[i]}${of}`);
  });
}

/** Lists in rows of one length: what is behind their ends is not looked at. */
function filledUp(lists: readonly Int32Array[]): { data: Int32Array; shape: [number, number] } {
  const T = Math.max(...lists.map(({ length }) => length));
  const data = new Int32Array(lists.length * T);
  for (const [i, ids] of lists.entries()) data.set(ids, i * T);
  return { data, shape: [lists.length, T] };
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
