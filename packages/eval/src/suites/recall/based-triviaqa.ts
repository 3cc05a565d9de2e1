// TriviaQA of "Just read twice": questions as sentences to be ended, after documents of the web.

import type { Row } from '../../benchmarks/benchmark.ts';
import { stringIn, stringsIn } from '../../benchmarks/columns.ts';
import { strip } from '../../python/white-space.ts';
import { gatedDeltaNet } from '../published.ts';
import { asked, askedTwice, onceAndTwice, withoutEnd } from './cloze.ts';

export const basedTriviaqa = /* @__PURE__ */ onceAndTwice({
  name: 'based_triviaqa',
  title: 'TriviaQA (JRT)',
  dataset: {
    id: 'hazyresearch/based_triviaqa',
    config: null,
    splits: { evaluation: 'validation', shots: 'validation' },
    columns: { context: 'string', question: 'string', orig_question: 'string', answers: 'strings' },
  },
  cut: { field: 'context', answers: [] },
  answers: (doc) => stringsIn(doc, 'answers'),
  once: (doc) => asked(unmarked(doc), doc),
  twice: (doc) => askedTwice(unmarked(doc), stringIn(doc, 'orig_question'), doc),
  published: [
    {
      source: gatedDeltaNet,
      metric: 'contains',
      figures: {
        RetNet: 0.544,
        HGRN2: 0.512,
        Mamba: 0.543,
        Mamba2: 0.61,
        DeltaNet: 0.539,
        'Gated DeltaNet': 0.6,
        'Transformer++': 0.583,
        Samba: 0.577,
        'Gated DeltaNet-H1': 0.601,
        'Gated DeltaNet-H2': 0.633,
      },
    },
  ],
});

/** The documents without the marks of their parts, nor the question at the end. */
const unmarked = (doc: Row): string =>
  withoutEnd(strip(stringIn(doc, 'context')).replace(/\[PAR\]|\[DOC\]|\[TLE\]/g, ''), strip(stringIn(doc, 'question')));
