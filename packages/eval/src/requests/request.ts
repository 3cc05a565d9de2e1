// What a benchmark asks of a language model, in text, and what comes back.
import { finite, knownOnly, OptionError, oneOf, shown, whole } from '@twilljs/tensor';

/** How likely a continuation is, how likely a whole text is, or what the model writes. */
export type Request = LoglikelihoodRequest | RollingRequest | GenerationRequest;

/** How likely is a text after another? */
export interface LoglikelihoodRequest {
  readonly kind: 'loglikelihood';
  /** Empty: the continuation stands at the beginning of a text. */
  readonly context: string;
  readonly continuation: string;
}

/** How likely is a text of any length from its beginning? */
export interface RollingRequest {
  readonly kind: 'loglikelihood_rolling';
  readonly text: string;
}

/** What comes after a text? */
export interface GenerationRequest {
  readonly kind: 'generate_until';
  readonly context: string;
  readonly options: GenerationOptions;
}

/** Where a written answer ends, and how its tokens are chosen. */
export interface GenerationOptions {
  /** Texts that end a generation and are no part of it, in the order in which they cut it: each cuts what the ones before have left. */
  readonly until: readonly string[];
  /** A generation has at most so many tokens; the end of the prompt that it leaves room for is what the model reads. */
  readonly maxTokens: number;
  /** 0 takes the most likely token; 1 samples from the model's distribution. Default 0. */
  readonly temperature?: number;
  /** Seed of the draws at a temperature above 0. Default 0. */
  readonly seed?: number;
}

/** What a request of the same kind is answered with. */
export type Answer = LoglikelihoodAnswer | RollingAnswer | GenerationAnswer;

/** The log-probability of a continuation, and whether it is the most likely one. */
export interface LoglikelihoodAnswer {
  readonly kind: 'loglikelihood';
  /** Sum of the natural log-probabilities of the tokens of the continuation. */
  readonly logprob: number;
  /** Whether each of them is the most likely token in its place. */
  readonly greedy: boolean;
}

/** The log-probability of a whole text. */
export interface RollingAnswer {
  readonly kind: 'loglikelihood_rolling';
  /** Sum of the natural log-probabilities of all tokens of the text. */
  readonly logprob: number;
}

/** A text that was written, and by what it ended. */
export interface GenerationAnswer {
  readonly kind: 'generate_until';
  /** Up to the first stop. */
  readonly text: string;
  /** All that came, those of the stop too. */
  readonly ids: readonly number[];
  /** What has ended it: the id that ends texts, one of the stops, or the number of tokens. */
  readonly end: 'eos' | 'stop' | 'length';
}

/** Refuses what is no request: rows of a data set may hold anything. @throws OptionError naming the field. */
export function checkRequest(request: Request): void {
  oneOf('kind', request?.kind, ['loglikelihood', 'loglikelihood_rolling', 'generate_until']);
  const { kind: _, ...fields } = request;
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'options' || typeof value === 'string') continue;
    throw new OptionError(`its ${name} is ${shown(value)} where a text is needed; give one.`);
  }
  if (request.kind === 'generate_until') checkGeneration(request.options);
}

/** @throws OptionError for a name that nobody reads, or a value that cannot be. */
export function checkGeneration(options: GenerationOptions): void {
  knownOnly('options', options, ['until', 'maxTokens', 'temperature', 'seed']);
  const { until, maxTokens, temperature = 0, seed = 0 } = options;
  if (!Array.isArray(until) || !until.every((stop) => typeof stop === 'string')) {
    throw new OptionError(`options: until is ${shown(until)} where a list of texts is needed; give one, or [].`);
  }
  whole('options: maxTokens', maxTokens, 0);
  finite('options: temperature', temperature, 0);
  whole('options: seed', seed, 0);
}

/** What tells a request from any other, as text. */
export function keyOf(request: Request): string {
  if (request.kind === 'loglikelihood') return JSON.stringify([request.kind, request.context, request.continuation]);
  if (request.kind === 'loglikelihood_rolling') return JSON.stringify([request.kind, request.text]);
  const { until, maxTokens, temperature = 0, seed = 0 } = request.options;
  return JSON.stringify([request.kind, request.context, until, maxTokens, temperature, temperature === 0 ? 0 : seed]);
}
