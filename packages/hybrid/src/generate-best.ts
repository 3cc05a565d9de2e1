// Several continuations of one prompt, and which of them the model finds most likely.
import { knownOnly, OptionError, whole } from '@twilljs/tensor';
import { checkModel } from './check-model.ts';
import { Continuations, type Next } from './continuations.ts';
import { type GenerateOptions, generateNames, planOf } from './generate.ts';
import { type IdList, promptIds } from './ids.ts';
import type { LanguageModel } from './model.ts';
import type { Token } from './sampling/logprobs.ts';

/** Of how many continuations the best are given. */
export interface BestOptions extends Omit<GenerateOptions, 'until'> {
  /** How many continuations. More than one differ at a temperature above 0 alone. */
  readonly n: number;
}

/** A continuation that has come to its end. */
export interface Continuation {
  /** All that came, an id of `stop` at the end too. */
  readonly ids: readonly number[];
  readonly tokens: readonly Token[];
  /** The mean of the log-probabilities of its ids; -Infinity where none came. */
  readonly logprob: number;
  /** Whether an id of `stop` has ended it, or `maxTokens`. */
  readonly end: 'stop' | 'length';
}

/**
 * Continues a prompt several times, each time drawn apart. The prompt is read once, and its cache forked.
 *
 * @returns from the largest mean log-probability on.
 * @throws OptionError as `generate`; where all would be the same, or leave a given cache in different states.
 */
export async function generateBest(
  model: LanguageModel,
  prompt: IdList,
  options: BestOptions,
): Promise<Continuation[]> {
  const where = 'generateBest';
  checkModel(where, model);
  knownOnly(where, options, [...generateNames, 'n']);
  const { n, maxTokens, logprobs = 0 } = options;
  checkN(where, options);
  const prompts = [promptIds(prompt, { what: 'prompt', vocabulary: model.config.model.vocab_size })];
  const plan = { ...planOf(where, model, { ...options, logprobs }), prompts, n };
  using going = new Continuations(model, plan);
  const all: Token[][] = Array.from({ length: n }, () => []);
  for (let step = 0; step < maxTokens && going.some; step++) {
    for (const [i, next] of (await going.step()).entries()) if (next !== null) all[i].push(next as Token & Next);
  }
  const made = all.map((tokens): Continuation => {
    const ids = tokens.map(({ id }) => id);
    const end = plan.ends.has(ids[ids.length - 1]) ? 'stop' : 'length';
    return { ids, tokens, logprob: meanLogprob(tokens), end };
  });
  return made.sort((a, b) => b.logprob - a.logprob);
}

/** -Infinity of none. */
export const meanLogprob = (tokens: readonly Token[]): number =>
  tokens.length === 0
    ? Number.NEGATIVE_INFINITY
    : tokens.reduce((sum, { logprob }) => sum + logprob, 0) / tokens.length;

/** @throws OptionError for several continuations that would be the same, or leave one cache in different states. */
export function checkN(where: string, { n, temperature = 0, cache }: GenerateOptions & { readonly n?: number }): void {
  whole(`${where}: n`, n, 1);
  if (n === 1) return;
  if (temperature === 0) {
    throw new OptionError(
      `${where}: n is ${n} but temperature 0 gives the same continuation each time; give a temperature above 0.`,
    );
  }
  if (cache === undefined) return;
  throw new OptionError(
    `${where}: n is ${n} but cache holds one continuation; give prefixes, or continue cache.rows([0, 0]) with as many prompts.`,
  );
}
