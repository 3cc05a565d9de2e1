// DROP of "Just read twice": questions that ask for counting and comparing, as sentences to be ended.
import { stringIn, stringsIn } from '../../benchmarks/columns.ts';
import { gatedDeltaNet } from '../published.ts';
import { asked, askedTwice, contextOf, onceAndTwice, trimmed } from './cloze.ts';

export const basedDrop = /* @__PURE__ */ onceAndTwice({
  name: 'based_drop',
  title: 'DROP (JRT)',
  dataset: {
    id: 'hazyresearch/based_drop',
    config: null,
    splits: { evaluation: 'validation', shots: 'validation' },
    columns: { context: 'string', question: 'string', orig_question: 'string', answers: 'strings' },
  },
  cut: { field: 'context', answers: [] },
  answers: (doc) => stringsIn(doc, 'answers'),
  once: (doc) => asked(contextOf(doc), doc),
  twice: (doc) => askedTwice(contextOf(doc), trimmed(stringIn(doc, 'orig_question'), ':'), doc),
  published: [
    {
      source: gatedDeltaNet,
      metric: 'contains',
      figures: {
        RetNet: 0.173,
        HGRN2: 0.169,
        Mamba: 0.174,
        Mamba2: 0.192,
        DeltaNet: 0.186,
        'Gated DeltaNet': 0.198,
        'Transformer++': 0.216,
        Samba: 0.202,
        'Gated DeltaNet-H1': 0.222,
        'Gated DeltaNet-H2': 0.233,
      },
    },
  ],
});
