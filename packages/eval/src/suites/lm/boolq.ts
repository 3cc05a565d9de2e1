// BoolQ: yes or no, by a passage.
import { integerIn, stringIn } from '../../benchmarks/columns.ts';
import { multipleChoice } from '../../benchmarks/multiple-choice.ts';
import { gatedDeltaNet, measured } from '../published.ts';

export const boolq = /* @__PURE__ */ multipleChoice({
  name: 'boolq',
  title: 'BoolQ',
  version: 2,
  dataset: {
    id: 'aps/super_glue',
    config: 'boolq',
    splits: { evaluation: 'validation', shots: 'train' },
    columns: { passage: 'string', question: 'string', label: 'integer' },
  },
  source: 'Clark et al. 2019, https://arxiv.org/abs/1905.10044',
  shots: { leavesOutDocument: true },
  text: (doc) => `${stringIn(doc, 'passage')}\nQuestion: ${stringIn(doc, 'question')}?\nAnswer:`,
  choices: () => ['no', 'yes'],
  gold: (doc) => integerIn(doc, 'label'),
  published: [
    {
      source: gatedDeltaNet,
      metric: 'acc',
      figures: {
        RetNet: 0.6039,
        HGRN2: 0.5666,
        Mamba: 0.6113,
        Mamba2: 0.6013,
        DeltaNet: 0.5529,
        'Gated DeltaNet': 0.6024,
        'Transformer++': 0.5709,
        Samba: 0.6211,
        'Gated DeltaNet-H1': 0.6321,
        'Gated DeltaNet-H2': 0.6155,
      },
    },
    { source: measured, metric: 'acc', figures: { 'Gated DeltaNet': 0.6168 } },
  ],
});
