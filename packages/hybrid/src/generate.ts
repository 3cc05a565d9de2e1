// Sampling: one token after the other from a prompt, or from several at once.
import {
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
  whole,
} from '@twilljs/tensor';
import { meaningfulIds } from './bytes.ts';
import { type Cache, requireCache } from './cache.ts';
import { checkModel } from './check-model.ts';
import { type IdList, isIdLists, promptIds } from './ids.ts';
import type { LanguageModel } from './model.ts';
import { mostLikely } from './most-likely.ts';
import type { Read } from './recorded.ts';

export interface GenerateOptions {
  readonly maxTokens: number;
  /** 0 takes the most likely token; 1 samples from the model's distribution. Default 0. */
  readonly temperature?: number;
  /** Seed of the draws at a temperature above 0; of several prompts each has its own, the first those that it has alone. Default 0. */
  readonly seed?: number;
  /** Only ids below it come: those of a tokenizer, where the model has more. Default: all that mean something. */
  readonly vocabulary?: number;
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
  knownOnly('generate', options, ['maxTokens', 'temperature', 'seed', 'vocabulary', 'cache']);
  const { maxTokens, temperature = 0, seed = 0, vocabulary, cache: given } = options;
  const meaningful = meaningfulIds(model);
  const among = vocabulary ?? meaningful;
  whole('generate: vocabulary', among, 1, meaningful);
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
  const read = (): Read => {
    const ids = unread!;
    unread = null; // what fails here is not tried again below
    const lengths = ids.map(({ length }) => length);
    const where = lengths.every((length) => length === lengths[0]) ? {} : { lengths };
    const next = () => ({ logits: model.next(filledUp(ids), cache, where), ids: null });
    return scope(() => keep(temperature === 0 ? model.choose(filledUp(ids), cache, where, among) : next()));
  };
  try {
    for (let n = 0; n < maxTokens; n++) {
      const made = read();
      let ids: readonly number[];
      try {
        ids = await idsOf(made);
      } finally {
        release(made);
      }
      unread = ids.map((id) => Int32Array.of(id));
      yield several ? [...ids] : ids[0];
    }
  } finally {
    if (given && unread) release(read());
  }

  /** One for each sequence. */
  async function idsOf({ logits, ids }: Read): Promise<readonly number[]> {
    const best = ids ? Array.from(await ids.data()) : [-1];
    if (!best.includes(-1)) return best;
    const values = await logits.data(); // [n,N]
    const N = values.length / prompts.length;
    const { positions } = cache;
    return prompts.map((_, i) => {
      const where = `generate: after token ${positions[i]}${prompts.length > 1 ? ` of prompt ${i}` : ''}`;
      return sample(values.subarray(i * N, i * N + among), temperature, draws[i], where);
    });
  }
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
