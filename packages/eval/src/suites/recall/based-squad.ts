// SQuAD of "Just read twice": sentences to be ended by an answer that stands in the passage before.
import { stringIn } from '../../benchmarks/columns.ts';
import { strip } from '../../python/white-space.ts';
import { deltaNet, deltaNet340M, gatedDeltaNet } from '../published.ts';
import { onceAndTwice } from './cloze.ts';

export const basedSquad = /* @__PURE__ */ onceAndTwice({
  name: 'based_squad',
  aliases: ['based_squadv2'],
  title: 'SQuAD (JRT)',
  dataset: {
    id: 'hazyresearch/based-squad',
    config: 'default',
    splits: { evaluation: 'validation', shots: 'validation' },
    columns: { text: 'string', value: 'string', context: 'string', question: 'string' },
  },
  cut: { field: 'text', answers: ['value'] },
  answers: (doc) => [stringIn(doc, 'value')],
  once: (doc) => strip(stringIn(doc, 'text')),
  twice: (doc) =>
    `${stringIn(doc, 'question')} ${stringIn(doc, 'context').split('Question:')[0]}\n${strip(stringIn(doc, 'text'))}`,
  published: [
    {
      source: gatedDeltaNet,
      metric: 'contains',
      figures: {
        RetNet: 0.285,
        HGRN2: 0.253,
        Mamba: 0.258,
        Mamba2: 0.336,
        DeltaNet: 0.309,
        'Gated DeltaNet': 0.348,
        'Transformer++': 0.38,
        Samba: 0.392,
        'Gated DeltaNet-H1': 0.397,
        'Gated DeltaNet-H2': 0.404,
      },
    },
    {
      source: deltaNet,
      metric: 'contains',
      figures: {
        'Transformer++': 0.315,
        RetNet: 0.347,
        Mamba: 0.352,
        GLA: 0.426,
        DeltaNet: 0.374,
        'DeltaNet, sliding windows': 0.433,
        'DeltaNet, 2 global attention layers': 0.43,
      },
    },
    {
      source: deltaNet340M,
      metric: 'contains',
      figures: {
        'Transformer++': 0.221,
        RetNet: 0.276,
        Mamba: 0.23,
        GLA: 0.247,
        DeltaNet: 0.289,
        'DeltaNet, 2 global attention layers': 0.321,
      },
    },
  ],
});
