// HellaSwag: how a description of an everyday scene goes on.
import { integerIn, stringIn, stringsIn } from '../../benchmarks/columns.ts';
import { choiceMetrics } from '../../benchmarks/metrics.ts';
import { multipleChoice } from '../../benchmarks/multiple-choice.ts';
import { capitalize } from '../../python/letters.ts';
import { strip } from '../../python/white-space.ts';
import { gatedDeltaNet, hybrids, hybrids340M, measured } from '../published.ts';

export const hellaswag = /* @__PURE__ */ multipleChoice({
  name: 'hellaswag',
  title: 'HellaSwag',
  dataset: {
    id: 'Rowan/hellaswag',
    config: null,
    splits: { evaluation: 'validation', shots: 'train' },
    columns: { activity_label: 'string', ctx_a: 'string', ctx_b: 'string', endings: 'strings', label: 'integer' },
  },
  source: 'Zellers et al. 2019, https://arxiv.org/abs/1905.07830',
  metrics: [choiceMetrics.acc, choiceMetrics.accNorm],
  shots: { leavesOutDocument: true },
  prepare: (row) => ({
    ...row,
    query: cleaned(
      `${stringIn(row, 'activity_label')}: ${stringIn(row, 'ctx_a')} ${capitalize(stringIn(row, 'ctx_b'))}`,
    ),
    choices: stringsIn(row, 'endings').map(cleaned),
    gold: integerIn(row, 'label'),
  }),
  text: (doc) => stringIn(doc, 'query'),
  choices: (doc) => stringsIn(doc, 'choices'),
  gold: (doc) => integerIn(doc, 'gold'),
  published: [
    {
      source: gatedDeltaNet,
      metric: 'acc_norm',
      figures: {
        RetNet: 0.4916,
        HGRN2: 0.4953,
        Mamba: 0.5291,
        Mamba2: 0.5567,
        DeltaNet: 0.5093,
        'Gated DeltaNet': 0.5576,
        'Transformer++': 0.5023,
        Samba: 0.5342,
        'Gated DeltaNet-H1': 0.5653,
        'Gated DeltaNet-H2': 0.5688,
      },
    },
    {
      source: hybrids340M,
      metric: 'acc_norm',
      figures: {
        'DeltaNet 6-1': 0.41,
        'Gated DeltaNet': 0.415,
        'GLA 6-1': 0.421,
        'HGRN 6-1': 0.433,
        'HGRN2 6-1': 0.436,
        'RetNet 24-1': 0.411,
        Transformer: 0.424,
      },
    },
    {
      source: hybrids,
      metric: 'acc_norm',
      figures: {
        'DeltaNet 6-1': 0.586,
        'Gated DeltaNet 24-1': 0.598,
        'GLA 3-1': 0.586,
        'HGRN 6-1': 0.602,
        'HGRN2 6-1': 0.604,
        'RetNet 6-1': 0.584,
        Transformer: 0.589,
      },
    },
    { source: measured, metric: 'acc_norm', figures: { 'Gated DeltaNet': 0.6013 } },
    { source: measured, metric: 'acc', figures: { 'Gated DeltaNet': 0.463 } },
  ],
});

/** Without the marks of the articles that some scenes are from. */
const cleaned = (text: string): string =>
  strip(text)
    .replaceAll(' [title]', '. ')
    .replace(/\[[^\n]*?\]/g, '')
    .replaceAll('  ', ' ');
