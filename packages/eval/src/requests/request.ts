// What a benchmark asks of a language model, in text, and what comes back.

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

export interface LoglikelihoodAnswer {
  readonly kind: 'loglikelihood';
  /** Sum of the natural log-probabilities of the tokens of the continuation. */
  readonly logprob: number;
  /** Whether each of them is the most likely token in its place. */
  readonly greedy: boolean;
}

export interface RollingAnswer {
  readonly kind: 'loglikelihood_rolling';
  /** Sum of the natural log-probabilities of all tokens of the text. */
  readonly logprob: number;
}

export interface GenerationAnswer {
  readonly kind: 'generate_until';
  /** Up to the first stop. */
  readonly text: string;
  /** All that came, those of the stop too. */
  readonly ids: readonly number[];
  /** What has ended it: the id that ends texts, one of the stops, or the number of tokens. */
  readonly end: 'eos' | 'stop' | 'length';
}
