// Natural Questions of "Just read twice": questions as sentences to be ended, after an article of 2048 tokens.

import type { Row } from '../../benchmarks/benchmark.ts';
import { stringIn, stringsIn } from '../../benchmarks/columns.ts';
import { strip } from '../../python/white-space.ts';
import { gatedDeltaNet } from '../published.ts';
import { asked, askedTwice, contextOf, onceAndTwice, trimmed } from './cloze.ts';

export const basedNq = /* @__PURE__ */ onceAndTwice({
  name: 'based_nq',
  title: 'Natural Questions (JRT)',
  dataset: {
    id: 'hazyresearch/based_nq_2048',
    config: null,
    splits: { evaluation: 'validation', shots: 'validation' },
    columns: { context: 'string', question: 'string', orig_question: 'string', answers: 'strings' },
  },
  cut: { field: 'context', answers: ['answers'] },
  answers: (doc) => stringsIn(doc, 'answers'),
  once: (doc) => asked(beforeQuestion(doc), doc),
  twice: (doc) => askedTwice(contextOf(doc), trimmed(stringIn(doc, 'orig_question'), ':'), doc),
  published: [
    {
      source: gatedDeltaNet,
      metric: 'contains',
      figures: {
        RetNet: 0.162,
        HGRN2: 0.142,
        Mamba: 0.149,
        Mamba2: 0.208,
        DeltaNet: 0.173,
        'Gated DeltaNet': 0.2,
        'Transformer++': 0.225,
        Samba: 0.235,
        'Gated DeltaNet-H1': 0.246,
        'Gated DeltaNet-H2': 0.248,
      },
    },
  ],
});

/** Read once, the question goes from the end once, and only as it is written. */
function beforeQuestion(doc: Row): string {
  const context = strip(stringIn(doc, 'context'));
  const question = strip(stringIn(doc, 'question'));
  return context.endsWith(question) ? context.slice(0, context.length - question.length) : context;
}
