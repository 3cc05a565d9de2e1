// What a model writes after prompts, several at a time, each as if it were alone.
import { endIds, generate, type LanguageModel } from '@twilljs/hybrid';
import { OptionError, shown, whole } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import type { Encoding } from './encoding.ts';
import { checkGeneration, type GenerationAnswer, type GenerationOptions } from './request.ts';
import { cutAtStops, stopsIn } from './stops.ts';

/** Prompts that are continued together at most. */
const MOST_PROMPTS = 16;

/** A prompt of at least one id. */
export interface Prompt {
  readonly ids: Int32Array;
  readonly options: GenerationOptions;
}

/** Tokens that a task gets that does not say how many. */
const USUAL_TOKENS = 256;

/** The names under which the number of tokens goes, the first that is there counts. */
const NAMES_OF_TOKENS = ['max_gen_toks', 'max_new_tokens', 'max_tokens', 'max_completion_tokens'];

/**
 * The `gen_kwargs` of lm-evaluation-harness as options.
 *
 * @throws OptionError for what is asked to be sampled without a temperature, and values of another type.
 */
export function generationOptions(kwargs: Readonly<Record<string, unknown>>): GenerationOptions {
  const where = 'generationOptions';
  const { until = [], do_sample = null, temperature = 0 } = kwargs;
  const stops: unknown[] = Array.isArray(until) ? until : [until];
  const isText = (stop: unknown): stop is string => typeof stop === 'string';
  if (!stops.every(isText)) throw new OptionError(`${where}: until is ${shown(until)}; give texts.`);
  const name = NAMES_OF_TOKENS.find((one) => (kwargs[one] ?? null) !== null);
  const maxTokens = name === undefined ? USUAL_TOKENS : kwargs[name];
  whole(`${where}: ${name}`, maxTokens, 0);
  if (typeof temperature !== 'number' || !(temperature >= 0)) {
    throw new OptionError(`${where}: temperature is ${shown(temperature)}; give a number of at least 0.`);
  }
  if (do_sample === true && temperature === 0) {
    throw new OptionError(`${where}: do_sample is true but no temperature above 0 is given; give both or none.`);
  }
  return {
    until: stops,
    maxTokens: maxTokens as number,
    ...(do_sample !== false && temperature > 0 && { temperature }),
  };
}

/**
 * The ids that a model of `maxLength` tokens reads of a prompt: its last ones, with room for what comes.
 *
 * @throws OptionError where there is no room, or the prompt has no ids.
 */
export function promptOf(encoding: Encoding, context: string, options: GenerationOptions, maxLength: number): Prompt {
  checkGeneration(options);
  const room = maxLength - options.maxTokens;
  if (room < 1) {
    throw new OptionError(
      `${options.maxTokens} tokens are to be written and max_length is ${maxLength}, which leaves no room for a prompt; ask for fewer, or give a larger max_length.`,
    );
  }
  const ids = encoding.encode(context).slice(-room);
  if (ids.length > 0) return { ids, options };
  throw new OptionError(
    `the prompt ${shown(context)} has no ids: it is empty, and the tokenizer adds no token of the beginning; give one with text.`,
  );
}

/**
 * Which prompts are continued together: those of a length. What is drawn is drawn alone, from its own seed.
 *
 * @param most tokens of all that are continued together.
 */
export function batchesOf(prompts: readonly Prompt[], most: number): number[][] {
  const order = [...prompts.keys()].sort((a, b) => prompts[b].ids.length - prompts[a].ids.length || a - b);
  const batches: number[][] = [];
  for (const i of order) {
    const batch = batches.at(-1);
    const isAlone = (one: number) => (prompts[one].options.temperature ?? 0) > 0;
    const tokens = batch ? (batch.length + 1) * tokensOf(prompts[batch[0]]) : 0;
    if (batch && !isAlone(i) && !isAlone(batch[0]) && batch.length < MOST_PROMPTS && tokens <= most) {
      batch.push(i);
    } else batches.push([i]);
  }
  return batches;
}

const tokensOf = ({ ids, options }: Prompt): number => ids.length + options.maxTokens;

/** What a model writes after prompts that go together. */
export async function written(
  model: LanguageModel,
  tokenizer: Tokenizer,
  prompts: readonly Prompt[],
): Promise<GenerationAnswer[]> {
  const eos = endIds(tokenizer, model);
  const ends = endTexts(tokenizer);
  const over = prompts.map(({ options }) => stopsIn(tokenizer, [...options.until, ...ends]));
  const came: number[][] = prompts.map(() => []);
  const [{ options }] = prompts;
  const { temperature = 0, seed = 0 } = options;
  const going = generate(
    model,
    prompts.map(({ ids }) => ids),
    {
      ...{ temperature, seed, stop: [...eos], vocabulary: vocabularyOf(model, tokenizer) },
      maxTokens: Math.max(...prompts.map(({ options }) => options.maxTokens)),
      until: (ids, i) => over[i](ids) || ids.length >= prompts[i].options.maxTokens,
    },
  );
  for await (const all of going) for (const [i, id] of all.entries()) if (id !== null) came[i].push(id);
  return prompts.map(({ options }, i) => {
    const ids = came[i];
    const text = cutAtStops(tokenizer.decode(ids, { skipSpecialTokens: true }), [...options.until, ...ends]);
    const isStopped = ids.length > 0 && over[i](ids);
    const end = eos.has(ids.at(-1) ?? -1) ? 'eos' : isStopped ? 'stop' : 'length';
    return { kind: 'generate_until', text, ids, end };
  });
}

/** The text of the token with which texts end, which cuts like any other stop where it is written out. */
const endTexts = ({ eosId, decode }: Tokenizer): string[] => (eosId === null ? [] : [decode([eosId])]);

/** Ids that the tokenizer can say. */
const vocabularyOf = (model: LanguageModel, { vocabSize }: Tokenizer): number =>
  Math.min(model.config.model.vocab_size, vocabSize);
