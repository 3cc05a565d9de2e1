// Text from text: a prompt is encoded, what comes is decoded as it comes, up to what ends it.
import { knownOnly, OptionError, shown } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import { requireIds } from '../bytes.ts';
import { checkModel } from '../check-model.ts';
import { Continuations, type Plan } from '../continuations.ts';
import { type GenerateOptions, generateNames, planOf } from '../generate.ts';
import { checkN } from '../generate-best.ts';
import { type IdList, isIdLists, promptIds } from '../ids.ts';
import type { LanguageModel } from '../model.ts';
import { TextStream } from './text-stream.ts';
import { type Ends, type GeneratedText, Writing } from './writing.ts';

/** Options of `generateText`. */
export interface TextOptions extends Omit<GenerateOptions, 'stop' | 'until' | 'vocabulary'> {
  /**
   * Texts and ids that end a continuation and are no part of its text. The ids with which the tokenizer or the configuration of the
   * model ends texts do so too. Default: none besides.
   */
  readonly stop?: readonly (string | number)[];
  /** So many continuations of one prompt, which is read once; their result is in order of their mean log-probability. Default 1. */
  readonly n?: number;
}

/** Text, or ids: those of a chat template, which has written the special tokens itself. */
export type TextPrompt = string | IdList;

/**
 * Continues a text. What comes is whole characters, and no part of a stop.
 *
 * @param tokenizer that of the model. A text is encoded with what it wants around every text.
 * @param prompt a text or ids; several are continued together, and of each step a list comes, with an empty text for what has ended.
 * @returns the text as it comes; `await stream.result()` says all of it, its ids, and what has ended it.
 * @throws OptionError at once for what cannot be, as `generate`; for a tokenizer of other ids than the model has.
 * @example
 * for await (const part of generateText(model, tokenizer, 'Call me', { maxTokens: 50 })) process.stdout.write(part);
 */
export function generateText(
  model: LanguageModel,
  tokenizer: Tokenizer,
  prompt: TextPrompt,
  options: TextOptions & { readonly n: number },
): TextStream<readonly string[], readonly GeneratedText[]>;
export function generateText(
  model: LanguageModel,
  tokenizer: Tokenizer,
  prompt: TextPrompt,
  options: TextOptions,
): TextStream<string, GeneratedText>;
export function generateText(
  model: LanguageModel,
  tokenizer: Tokenizer,
  prompts: readonly TextPrompt[],
  options: TextOptions,
): TextStream<readonly string[], readonly GeneratedText[]>;
export function generateText(
  model: LanguageModel,
  tokenizer: Tokenizer,
  prompt: TextPrompt | readonly TextPrompt[],
  options: TextOptions,
): TextStream<unknown, unknown> {
  const { plan, ends } = planText(model, tokenizer, prompt, options);
  const isAlone = options.n === undefined && !areSeveral(prompt);
  const { prompts, n } = plan;
  const writings = Array.from({ length: Math.max(n, prompts.length) }, (_, i) => {
    return new Writing(tokenizer, prompts[n > 1 ? 0 : i], ends);
  });
  const parts = async function* () {
    for await (const texts of written(model, plan, options.maxTokens, writings)) yield isAlone ? texts[0] : texts;
  };
  const found = () => {
    const all = writings.map((writing) => writing.found());
    if (isAlone) return all[0];
    return n > 1 ? all.sort((a, b) => b.logprob! - a.logprob!) : all;
  };
  return new TextStream(parts(), found);
}

/** Of each step what may be shown of each text. */
async function* written(
  model: LanguageModel,
  plan: Plan,
  maxTokens: number,
  writings: readonly Writing[],
): AsyncGenerator<string[], void, void> {
  if (maxTokens === 0) for (const writing of writings) writing.finish('length');
  using going = new Continuations(model, plan);
  for (let step = 1; step <= maxTokens && going.some; step++) {
    const all = await going.step();
    yield writings.map((writing, i) => {
      const next = all[i];
      if (next === null) return '';
      let text = writing.push(next);
      if (step === maxTokens && writing.end === null) text += writing.finish('length');
      if (writing.end !== null) going.end(i);
      return text;
    });
  }
}

function planText(
  model: LanguageModel,
  tokenizer: Tokenizer,
  prompt: TextPrompt | readonly TextPrompt[],
  options: TextOptions,
): { plan: Plan; ends: Ends } {
  const where = 'generateText';
  checkModel(where, model);
  if (typeof (tokenizer as Tokenizer | null)?.decodeStream !== 'function') {
    throw new OptionError(`${where}: ${shown(tokenizer)} is no tokenizer; give one, such as byteTokenizer().`);
  }
  requireIds(where, model, tokenizer);
  knownOnly(where, options, [...generateNames.filter((name) => name !== 'vocabulary'), 'n']);
  const { n = 1, stop = [], ...rest } = options;
  const { texts, ids } = stopsOf(where, stop);
  const eos = endIds(tokenizer, model);
  const { vocab_size } = model.config.model;
  const vocabulary = tokenizer.kind === 'bytes' ? {} : { vocabulary: Math.min(vocab_size, tokenizer.vocabSize) };
  const logprobs = n > 1 ? { logprobs: rest.logprobs ?? 0 } : {};
  const several = areSeveral(prompt);
  if (n !== 1 && several) throw new OptionError(`${where}: n is ${n} but there are several prompts; give one.`);
  checkN(where, { ...rest, n });
  const planned = planOf(where, model, { ...rest, ...vocabulary, ...logprobs, stop: ids });
  const prompts = (several ? prompt : [prompt as TextPrompt]).map((one, i) => {
    const what = several ? (`prompt ${i}` as const) : 'prompt';
    return promptIds(typeof one === 'string' ? tokenizer.encode(one) : one, { what, vocabulary: vocab_size });
  });
  const plan = { ...planned, prompts, n, ends: new Set([...ids, ...eos]) };
  return { plan, ends: { texts, ids: planned.ends, eos } };
}

const areSeveral = (prompt: unknown): prompt is readonly TextPrompt[] =>
  isIdLists(prompt) || (Array.isArray(prompt) && typeof prompt[0] === 'string');

function stopsOf(where: string, stop: readonly (string | number)[]): { texts: string[]; ids: number[] } {
  if (!Array.isArray(stop)) {
    throw new OptionError(`${where}: stop is ${shown(stop)} where a list is needed; give one, such as ["\\n\\n"].`);
  }
  const texts = stop.filter((one) => typeof one === 'string');
  for (const text of texts) {
    if (text !== '' && !/\p{Surrogate}/u.test(text)) continue;
    throw new OptionError(
      `${where}: stop has ${shown(text)}, which is ${text === '' ? 'empty' : 'half a character'}; give a text.`,
    );
  }
  return { texts, ids: stop.filter((one) => typeof one !== 'string') };
}

/** Ids with which a text ends: as its tokenizer has it, and the configuration of the model. Bytes have none. */
export function endIds({ kind, eosId }: Pick<Tokenizer, 'kind' | 'eosId'>, model: LanguageModel): Set<number> {
  checkModel('endIds', model);
  const { vocab_size } = model.config.model;
  const named: unknown[] = kind === 'bytes' ? [] : [eosId, model.config.json.eos_token_id].flat();
  const isId = (id: unknown): id is number =>
    Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocab_size;
  return new Set(named.filter(isId));
}
