// Tasks of one continuation: how likely it is, and whether the model would write it.
import type { Answer, LoglikelihoodAnswer } from '../requests/request.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { type Facts, factsOf } from './facts.ts';
import { wordMetrics } from './metrics.ts';
import { opening, usualForm, waiting } from './prompt.ts';

/** What a benchmark that asks for the last word of a text is made of. */
export interface LastWordParts extends Facts {
  text(doc: Row): string;
  /** What comes after it, with the space before it. */
  word(doc: Row): string;
}

/** A benchmark that asks for the log-probability of the one right continuation. */
export function lastWord(parts: LastWordParts): Benchmark {
  const { text, word } = parts;
  const form = usualForm;
  return {
    ...factsOf(parts),
    kind: 'loglikelihood',
    metrics: [wordMetrics.perplexity, wordMetrics.acc],
    form,
    prepare: (row) => row,
    target: word,
    requests(doc, shots) {
      const examples = shots.map((shot) => ({ text: text(shot), answer: word(shot) || null }));
      return [
        {
          kind: 'loglikelihood',
          context: opening(examples, form) + waiting(text(doc), form),
          continuation: word(doc),
        },
      ];
    },
    score(_, [answer]: readonly Answer[]) {
      const { logprob, greedy } = answer as LoglikelihoodAnswer;
      return { [wordMetrics.perplexity.name]: logprob, [wordMetrics.acc.name]: Number(greedy) };
    },
  };
}
