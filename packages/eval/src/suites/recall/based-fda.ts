// FDA of "Just read twice": a fact of a report on a medical device, to be found and copied.

import type { Row } from '../../benchmarks/benchmark.ts';
import { stringIn } from '../../benchmarks/columns.ts';
import { deltaNet, deltaNet340M, gatedDeltaNet } from '../published.ts';
import { factTwice, onceAndTwice, questionOf, trimmed, withoutEnd } from './cloze.ts';

export const basedFda = /* @__PURE__ */ onceAndTwice({
  name: 'based_fda',
  title: 'FDA (JRT)',
  dataset: {
    id: 'hazyresearch/based-fda',
    config: 'default',
    splits: { evaluation: 'validation', shots: 'validation' },
    columns: { text: 'string', key: 'string', value: 'string' },
  },
  cut: { field: 'text', answers: ['key', 'value'] },
  answers: (doc) => [stringIn(doc, 'value')],
  once: (doc) => `${reportOf(doc)} ${questionOf(doc)}`,
  twice: (doc) => factTwice(reportOf(doc), doc),
  published: [
    {
      source: gatedDeltaNet,
      metric: 'contains',
      figures: {
        RetNet: 0.07,
        HGRN2: 0.048,
        Mamba: 0.037,
        Mamba2: 0.253,
        DeltaNet: 0.184,
        'Gated DeltaNet': 0.237,
        'Transformer++': 0.522,
        Samba: 0.505,
        'Gated DeltaNet-H1': 0.52,
        'Gated DeltaNet-H2': 0.507,
      },
    },
    {
      source: deltaNet,
      metric: 'contains',
      figures: {
        'Transformer++': 0.274,
        RetNet: 0.143,
        Mamba: 0.062,
        GLA: 0.199,
        DeltaNet: 0.172,
        'DeltaNet, sliding windows': 0.223,
        'DeltaNet, 2 global attention layers': 0.298,
      },
    },
    {
      source: deltaNet340M,
      metric: 'contains',
      figures: {
        'Transformer++': 0.214,
        RetNet: 0.029,
        Mamba: 0.021,
        GLA: 0.073,
        DeltaNet: 0.128,
        'DeltaNet, 2 global attention layers': 0.231,
      },
    },
  ],
});

const reportOf = (doc: Row): string =>
  `${trimmed(trimmed(withoutEnd(stringIn(doc, 'text'), `${stringIn(doc, 'key')}:`), '\n'), '.')}.`;
