// PIQA: which of two ways to do a thing with one's hands works.
import { integerIn, stringIn } from '../../benchmarks/columns.ts';
import { choiceMetrics } from '../../benchmarks/metrics.ts';
import { multipleChoice } from '../../benchmarks/multiple-choice.ts';
import { gatedDeltaNet, hybrids, hybrids340M, measured } from '../published.ts';

export const piqa = /* @__PURE__ */ multipleChoice({
  name: 'piqa',
  title: 'PIQA',
  dataset: {
    id: 'baber/piqa',
    config: null,
    splits: { evaluation: 'validation', shots: 'train' },
    columns: { goal: 'string', sol1: 'string', sol2: 'string', label: 'integer' },
  },
  source: 'Bisk et al. 2019, https://arxiv.org/abs/1911.11641',
  metrics: [choiceMetrics.acc, choiceMetrics.accNorm],
  shots: { leavesOutDocument: true },
  text: (doc) => `Question: ${stringIn(doc, 'goal')}\nAnswer:`,
  choices: (doc) => [stringIn(doc, 'sol1'), stringIn(doc, 'sol2')],
  gold: (doc) => integerIn(doc, 'label'),
  published: [
    {
      source: gatedDeltaNet,
      metric: 'acc',
      figures: {
        RetNet: 0.7007,
        HGRN2: 0.7045,
        Mamba: 0.7132,
        Mamba2: 0.7187,
        DeltaNet: 0.7072,
        'Gated DeltaNet': 0.7225,
        'Transformer++': 0.7002,
        Samba: 0.7094,
        'Gated DeltaNet-H1': 0.7257,
        'Gated DeltaNet-H2': 0.7219,
      },
    },
    {
      source: hybrids340M,
      metric: 'acc',
      figures: {
        'DeltaNet 6-1': 0.675,
        'Gated DeltaNet': 0.661,
        'GLA 6-1': 0.671,
        'HGRN 6-1': 0.678,
        'HGRN2 6-1': 0.69,
        'RetNet 24-1': 0.672,
        Transformer: 0.67,
      },
    },
    {
      source: hybrids,
      metric: 'acc',
      figures: {
        'DeltaNet 6-1': 0.741,
        'Gated DeltaNet 24-1': 0.741,
        'GLA 3-1': 0.725,
        'HGRN 6-1': 0.733,
        'HGRN2 6-1': 0.733,
        'RetNet 6-1': 0.727,
        Transformer: 0.729,
      },
    },
    { source: measured, metric: 'acc', figures: { 'Gated DeltaNet': 0.7378 } },
    { source: measured, metric: 'acc_norm', figures: { 'Gated DeltaNet': 0.741 } },
  ],
});
