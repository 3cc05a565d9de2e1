// LAMBADA: the last word of a passage, in the form that OpenAI has prepared.
import { stringIn } from '../../benchmarks/columns.ts';
import { lastWord } from '../../benchmarks/last-word.ts';
import { deltaNet, deltaNet340M, gatedDeltaNet, hybrids, hybrids340M, measured } from '../published.ts';

export const lambadaOpenai = /* @__PURE__ */ lastWord({
  name: 'lambada_openai',
  title: 'LAMBADA',
  dataset: {
    id: 'EleutherAI/lambada_openai',
    config: 'default',
    splits: { evaluation: 'test', shots: 'test' },
    columns: { text: 'string' },
  },
  source: 'Paperno et al. 2016, https://arxiv.org/abs/1606.06031',
  text: (doc) => stringIn(doc, 'text').split(' ').slice(0, -1).join(' '),
  word: (doc) => ` ${stringIn(doc, 'text').split(' ').at(-1)}`,
  published: [
    {
      source: gatedDeltaNet,
      metric: 'acc',
      figures: {
        RetNet: 0.4052,
        HGRN2: 0.3954,
        Mamba: 0.4398,
        Mamba2: 0.4566,
        DeltaNet: 0.4246,
        'Gated DeltaNet': 0.4665,
        'Transformer++': 0.426,
        Samba: 0.4494,
        'Gated DeltaNet-H1': 0.4773,
        'Gated DeltaNet-H2': 0.4876,
      },
    },
    {
      source: gatedDeltaNet,
      metric: 'perplexity',
      figures: {
        RetNet: 17.27,
        HGRN2: 17.69,
        Mamba: 15.06,
        Mamba2: 12.56,
        DeltaNet: 16.88,
        'Gated DeltaNet': 12.17,
        'Transformer++': 18.32,
        Samba: 13.29,
        'Gated DeltaNet-H1': 12.12,
        'Gated DeltaNet-H2': 12.55,
      },
    },
    {
      source: hybrids340M,
      metric: 'acc',
      figures: {
        'DeltaNet 6-1': 0.334,
        'Gated DeltaNet': 0.348,
        'GLA 6-1': 0.343,
        'HGRN 6-1': 0.339,
        'HGRN2 6-1': 0.347,
        'RetNet 24-1': 0.309,
        Transformer: 0.353,
      },
    },
    {
      source: hybrids,
      metric: 'acc',
      figures: {
        'DeltaNet 6-1': 0.475,
        'Gated DeltaNet 24-1': 0.502,
        'GLA 3-1': 0.488,
        'HGRN 6-1': 0.482,
        'HGRN2 6-1': 0.5,
        'RetNet 6-1': 0.475,
        Transformer: 0.474,
      },
    },
    {
      source: deltaNet,
      metric: 'perplexity',
      figures: {
        'Transformer++': 13.44,
        RetNet: 17.27,
        Mamba: 13.89,
        GLA: 14.47,
        DeltaNet: 12.21,
        'DeltaNet, 2 global attention layers': 12.4,
      },
    },
    {
      source: deltaNet340M,
      metric: 'perplexity',
      figures: {
        'Transformer++': 42.69,
        RetNet: 49.19,
        Mamba: 39.66,
        GLA: 45.53,
        DeltaNet: 37.37,
        'DeltaNet, 2 global attention layers': 35.04,
      },
    },
    { source: measured, metric: 'acc', figures: { 'Gated DeltaNet': 0.5181 } },
    { source: measured, metric: 'perplexity', figures: { 'Gated DeltaNet': 9.72 } },
  ],
});
