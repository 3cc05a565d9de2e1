// Metrics of choices, of a word, of a whole text and of what a model writes.
import { bytesOf, lengthOf } from '../python/letters.ts';
import { bitsPerUnit, mean, perplexity, plainMean, weightedPerplexity } from './aggregation.ts';
import type { Metric } from './benchmark.ts';

/** What a model thinks of the choices of a document. */
export interface Choices {
  readonly choices: readonly string[];
  /** The index of the right one. */
  readonly gold: number;
  /** Of each choice, nats. */
  readonly logprobs: readonly number[];
  /** Whether each is what the model would write. */
  readonly greedy: readonly boolean[];
  /** Of each choice without the context, where a metric asks for it. */
  readonly alone: readonly number[];
}

/** What is counted of the choices of a document. */
export interface ChoiceMetric extends Metric {
  /** It asks for the choices without their context as well: as many requests again. */
  readonly asksAlone: boolean;
  value(of: Choices): number;
}

/** A share of documents in which the choice that is best by some score is the right one. */
function best(name: string, score: (of: Choices, index: number) => number, asksAlone = false): ChoiceMetric {
  const value = (of: Choices) => Number(largest(of.choices.map((_, i) => score(of, i))) === of.gold);
  return { name, higherIsBetter: true, aggregation: mean, asksAlone, value };
}

/** By log-probability. */
const acc = /* @__PURE__ */ best('acc', ({ logprobs }, i) => logprobs[i]);

/** By log-probability for each character of the choice, as Python counts them: code points. */
const accNorm = /* @__PURE__ */ best('acc_norm', ({ logprobs, choices }, i) => logprobs[i] / lengthOf(choices[i]));

/** By log-probability for each byte of the choice in UTF-8. */
const accBytes = /* @__PURE__ */ best('acc_bytes', ({ logprobs, choices }, i) => logprobs[i] / bytesOf(choices[i]));

/** By how much the context makes the choice likelier. */
const accMutualInfo = /* @__PURE__ */ best('acc_mutual_info', ({ logprobs, alone }, i) => logprobs[i] - alone[i], true);

/** Whether the right choice is what the model would write. */
const exactMatch: ChoiceMetric = {
  ...{ name: 'exact_match', higherIsBetter: true, aggregation: mean, asksAlone: false },
  value: ({ greedy, gold }) => Number(greedy[gold]),
};

/** Every metric of choices. */
export const choiceMetrics = { acc, accNorm, accBytes, exactMatch, accMutualInfo };

/** Of one continuation: perplexity, and the share that the model would write. */
export const wordMetrics = {
  perplexity: { name: 'perplexity', higherIsBetter: false, aggregation: perplexity },
  acc: { name: 'acc', higherIsBetter: true, aggregation: mean },
} satisfies Record<string, Metric>;

/** Of a whole text. */
export const textMetrics = {
  word: { name: 'word_perplexity', higherIsBetter: false, aggregation: weightedPerplexity },
  byte: { name: 'byte_perplexity', higherIsBetter: false, aggregation: weightedPerplexity },
  bits: { name: 'bits_per_byte', higherIsBetter: false, aggregation: bitsPerUnit },
} satisfies Record<string, Metric>;

/** Whether what the model writes has one of the answers in it. */
export const contains: Metric = { name: 'contains', higherIsBetter: true, aggregation: plainMean };

/** Where the largest stands, the first of equals; -1 where all are NaN. */
function largest(scores: readonly number[]): number {
  let at = -1;
  for (const [i, score] of scores.entries()) if (score > scores[at] || (at < 0 && !Number.isNaN(score))) at = i;
  return at;
}
