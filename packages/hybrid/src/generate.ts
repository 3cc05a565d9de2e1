// Generation: one token after the other from a prompt, or from several at once.
import { knownOnly, OptionError, shown, whole } from '@twilljs/tensor';
import { meaningfulIds } from './bytes.ts';
import { type Cache, requireCache } from './cache.ts';
import { checkModel } from './check-model.ts';
import { Continuations, idOf, type Plan } from './continuations.ts';
import { type IdList, isIdLists, promptIds } from './ids.ts';
import type { LanguageModel } from './model.ts';
import { type Prefixes, requirePrefixes } from './prefixes.ts';
import type { Token } from './sampling/logprobs.ts';
import { checkSampling, type SamplingOptions, samplingNames } from './sampling/options.ts';

/** How many tokens come, how they are chosen, and where they end. */
export interface GenerateOptions extends SamplingOptions {
  readonly maxTokens: number;
  /** 0 takes the most likely token; 1 samples from the model's distribution. Default 0. */
  readonly temperature?: number;
  /** A sequence ends with the first of these ids, which comes too. Default: none. */
  readonly stop?: readonly number[];
  /** Told after each step all ids that came after a prompt; where it says yes, that sequence has ended too. Default: none does. */
  readonly until?: (ids: readonly number[], prompt: number) => boolean;
  /** Seed of the draws at a temperature above 0; of several prompts each has its own, the first those that it has alone. Default 0. */
  readonly seed?: number;
  /** Only ids below it come: those of a tokenizer, where the model has more. Default: all that mean something. */
  readonly vocabulary?: number;
  /** Tokens come with their log-probability, and with so many of the most likely ids in their place. Default: ids alone. */
  readonly logprobs?: number;
  /**
   * Goes on after what it holds, one sequence for each prompt; repetitions are counted from the prompt on, for it keeps no ids. Afterwards,
   * also after a `break`, it holds the prompt and all ids that came. Default: an empty one, which is given back.
   */
  readonly cache?: Cache;
  /** A prompt is read from where one of these ends that begins it; the prompts and what comes are kept there. Default: nothing is. */
  readonly prefixes?: Prefixes;
}

/** Those with which tokens come instead of ids. */
export type LogprobOptions = GenerateOptions & { readonly logprobs: number };

/** But `until`, which only `generate` itself has. */
export const generateNames = [
  ...['maxTokens', 'stop', 'seed', 'vocabulary', 'logprobs', 'cache', 'prefixes'],
  ...samplingNames,
] as const satisfies readonly (keyof GenerateOptions)[];

/**
 * Continues a prompt, token by token. A prompt of any length is read in the memory of a part of it. A model of bytes writes
 * bytes alone, whatever more its vocabulary has room for.
 *
 * @param prompt one id or more; text is encoded before (`encodeText`). Several, of any lengths, are continued together.
 * @returns ids as they come, or tokens where `logprobs` asks for them; of several prompts a list with one for each, null for one that has
 * ended. It ends when all have.
 * @throws OptionError for an unknown or impossible option, a prompt that is empty or holds what is no id, and for logits that
 * are no numbers to choose by.
 */
export function generate(
  model: LanguageModel,
  prompt: IdList,
  options: LogprobOptions,
): AsyncGenerator<Token, void, void>;
export function generate(
  model: LanguageModel,
  prompt: IdList,
  options: GenerateOptions,
): AsyncGenerator<number, void, void>;
export function generate(
  model: LanguageModel,
  prompts: readonly IdList[],
  options: LogprobOptions,
): AsyncGenerator<(Token | null)[], void, void>;
export function generate(
  model: LanguageModel,
  prompts: readonly IdList[],
  options: GenerateOptions,
): AsyncGenerator<(number | null)[], void, void>;
export async function* generate(
  model: LanguageModel,
  prompt: IdList | readonly IdList[],
  options: GenerateOptions,
): AsyncGenerator<unknown, void, void> {
  checkModel('generate', model);
  knownOnly('generate', options, [...generateNames, 'until']);
  const { until, maxTokens } = options;
  if (until !== undefined && typeof until !== 'function') {
    throw new OptionError(`generate: until is ${shown(until)}; give a function of ids that says yes or no.`);
  }
  const several = isIdLists(prompt);
  const vocabulary = model.config.model.vocab_size;
  const prompts = (several ? prompt : [prompt as IdList]).map((ids, i) =>
    promptIds(ids, { what: several ? `prompt ${i}` : 'prompt', vocabulary }),
  );
  using going = new Continuations(model, { prompts, ...planOf('generate', model, options) });
  const came: number[][] = prompts.map(() => []);
  for (let n = 0; n < maxTokens && going.some; n++) {
    const all = await going.step();
    for (const [i, next] of all.entries()) {
      if (next === null || !until) continue;
      came[i].push(idOf(next));
      if (until(came[i], i)) going.end(i);
    }
    yield several ? all : all[0];
  }
}

/** What the options say. @param where whose they are, for messages. @throws OptionError for one that cannot be. */
export function planOf(where: string, model: LanguageModel, options: GenerateOptions): Omit<Plan, 'prompts'> {
  const { maxTokens, stop = [], seed = 0, vocabulary, logprobs, cache, prefixes, temperature = 0 } = options;
  const sampling = { ...options, temperature };
  const meaningful = meaningfulIds(model);
  const among = vocabulary ?? meaningful;
  whole(`${where}: vocabulary`, among, 1, meaningful);
  whole(`${where}: maxTokens`, maxTokens, 0);
  whole(`${where}: seed`, seed, 0);
  if (logprobs !== undefined) whole(`${where}: logprobs`, logprobs, 0, among);
  checkSampling(where, sampling);
  if (!Array.isArray(stop)) {
    throw new OptionError(`${where}: stop is ${shown(stop)} where a list of ids is needed; give one, such as [2].`);
  }
  for (const [i, id] of stop.entries()) whole(`${where}: stop[${i}]`, id, 0, model.config.model.vocab_size - 1);
  if (cache !== undefined && prefixes !== undefined) {
    throw new OptionError(`${where}: cache and prefixes both say what was read before; give one of them.`);
  }
  return {
    ...{ where, sampling, seed, among, n: 1 },
    logprobs: logprobs ?? null,
    ends: new Set(stop),
    given: cache === undefined ? null : requireCache(cache),
    prefixes: prefixes === undefined ? null : requirePrefixes(where, prefixes),
  };
}
