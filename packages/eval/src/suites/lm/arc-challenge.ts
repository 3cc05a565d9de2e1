// ARC-Challenge: questions of school science that simple methods get wrong.
import { gatedDeltaNet, hybrids, hybrids340M, measured } from '../published.ts';
import { schoolScience } from './school-science.ts';

export const arcChallenge = /* @__PURE__ */ schoolScience({
  name: 'arc_challenge',
  title: 'ARC-Challenge',
  config: 'ARC-Challenge',
  published: [
    {
      source: gatedDeltaNet,
      metric: 'acc_norm',
      figures: {
        RetNet: 0.3378,
        HGRN2: 0.3532,
        Mamba: 0.354,
        Mamba2: 0.3788,
        DeltaNet: 0.3566,
        'Gated DeltaNet': 0.3839,
        'Transformer++': 0.351,
        Samba: 0.3617,
        'Gated DeltaNet-H1': 0.401,
        'Gated DeltaNet-H2': 0.3907,
      },
    },
    {
      source: hybrids340M,
      metric: 'acc_norm',
      figures: {
        'DeltaNet 6-1': 0.299,
        'Gated DeltaNet': 0.291,
        'GLA 6-1': 0.287,
        'HGRN 6-1': 0.298,
        'HGRN2 6-1': 0.3,
        'RetNet 24-1': 0.287,
        Transformer: 0.276,
      },
    },
    {
      source: hybrids,
      metric: 'acc_norm',
      figures: {
        'DeltaNet 6-1': 0.403,
        'Gated DeltaNet 24-1': 0.41,
        'GLA 3-1': 0.398,
        'HGRN 6-1': 0.392,
        'HGRN2 6-1': 0.404,
        'RetNet 6-1': 0.38,
        Transformer: 0.395,
      },
    },
    { source: measured, metric: 'acc_norm', figures: { 'Gated DeltaNet': 0.4078 } },
    { source: measured, metric: 'acc', figures: { 'Gated DeltaNet': 0.3763 } },
  ],
});
