// Tasks of whole texts: how likely each is from its beginning.
import { bytesOf } from '../python/letters.ts';
import { splitAtSpace } from '../python/white-space.ts';
import type { RollingAnswer } from '../requests/request.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { type Facts, factsOf } from './facts.ts';
import { textMetrics } from './metrics.ts';
import { usualForm } from './prompt.ts';

/** What a benchmark that reads whole documents is made of. */
export interface RollingParts extends Omit<Facts, 'shots'> {
  /** What the model reads. */
  text(doc: Row): string;
  /** Whose words and bytes are counted. */
  counted(doc: Row): string;
}

/** A benchmark that asks for the log-probability of whole texts. Prompts have no examples. */
export function rolling(parts: RollingParts): Benchmark {
  const { text, counted } = parts;
  const { word, byte, bits } = textMetrics;
  return {
    ...factsOf(parts),
    kind: 'loglikelihood_rolling',
    metrics: [word, byte, bits],
    shots: null,
    form: usualForm,
    prepare: (row) => row,
    target: text,
    requests: (doc) => [{ kind: 'loglikelihood_rolling', text: text(doc) }],
    score(doc, [answer]) {
      const { logprob } = answer as RollingAnswer;
      const bytes = bytesOf(counted(doc));
      return {
        [word.name]: [logprob, splitAtSpace(counted(doc)).length],
        [byte.name]: [logprob, bytes],
        [bits.name]: [logprob, bytes],
      };
    },
  };
}
