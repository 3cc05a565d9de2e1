// How the next id is chosen, as a person says it: the names of Transformers in camelCase, checked before anything is computed.
import { finite, knownOnly, OptionError, whole } from '@twilljs/tensor';

/** How a token is chosen from logits: the options of Transformers. */
export interface SamplingOptions {
  /** Logits are divided by it: 1 leaves the distribution of the model, 0 takes the most likely id. */
  readonly temperature?: number;
  /** Only the k largest logits may come, and all that equal the k-th. Default: all. */
  readonly topK?: number;
  /** Only the most likely ids that together have this probability may come. Default: all. */
  readonly topP?: number;
  /** Only ids that have at least this share of the probability of the most likely one may come. Default: all. */
  readonly minP?: number;
  /** Logits of ids that were there are divided by it where positive, multiplied where negative: above 1 they come less often. Default 1. */
  readonly repetitionPenalty?: number;
  /** No so many ids in a row come a second time. Default: they may. */
  readonly noRepeatNgramSize?: number;
}

export const samplingNames = [
  ...['temperature', 'topK', 'topP', 'minP', 'repetitionPenalty', 'noRepeatNgramSize'],
] as const satisfies readonly (keyof SamplingOptions)[];

/** What has no meaning where the most likely id is taken. */
const cuts = ['topK', 'topP', 'minP'] as const;

/**
 * Refuses values that say nothing.
 *
 * @param where whose options they are, for the message.
 * @throws OptionError naming the option.
 */
export function checkSampling(where: string, options: SamplingOptions): void {
  const { temperature = 1, topK, topP, minP, repetitionPenalty, noRepeatNgramSize } = options;
  finite(`${where}: temperature`, temperature, 0);
  if (topK !== undefined) whole(`${where}: topK`, topK, 1);
  if (topP !== undefined) finite(`${where}: topP`, topP, 0, 1);
  if (minP !== undefined) finite(`${where}: minP`, minP, 0, 1);
  if (noRepeatNgramSize !== undefined) whole(`${where}: noRepeatNgramSize`, noRepeatNgramSize, 1);
  if (repetitionPenalty !== undefined) {
    finite(`${where}: repetitionPenalty`, repetitionPenalty, Number.MIN_VALUE);
  }
  const cut = cuts.find((name) => options[name] !== undefined);
  if (temperature !== 0 || !cut) return;
  throw new OptionError(
    `${where}: ${cut} is ${options[cut]} but temperature 0 takes the most likely id; give a temperature above 0.`,
  );
}

/** The same of a bag that holds nothing else. */
export function checkSamplingBag(where: string, options: SamplingOptions): void {
  knownOnly(where, options, samplingNames);
  checkSampling(where, options);
}

/** Whether the choice depends on logits alone, and is the largest. */
export const isGreedy = ({ temperature, repetitionPenalty = 1, noRepeatNgramSize }: SamplingOptions): boolean =>
  temperature === 0 && repetitionPenalty === 1 && noRepeatNgramSize === undefined;
