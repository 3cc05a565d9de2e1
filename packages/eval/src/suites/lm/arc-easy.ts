// ARC-Easy: questions of school science.
import { gatedDeltaNet, hybrids, hybrids340M, measured } from '../published.ts';
import { schoolScience } from './school-science.ts';

export const arcEasy = /* @__PURE__ */ schoolScience({
  name: 'arc_easy',
  title: 'ARC-Easy',
  config: 'ARC-Easy',
  published: [
    {
      source: gatedDeltaNet,
      metric: 'acc',
      figures: {
        RetNet: 0.6734,
        HGRN2: 0.694,
        Mamba: 0.6952,
        Mamba2: 0.7247,
        DeltaNet: 0.6847,
        'Gated DeltaNet': 0.7121,
        'Transformer++': 0.6883,
        Samba: 0.6881,
        'Gated DeltaNet-H1': 0.7175,
        'Gated DeltaNet-H2': 0.7133,
      },
    },
    {
      source: hybrids340M,
      metric: 'acc',
      figures: {
        'DeltaNet 6-1': 0.594,
        'Gated DeltaNet': 0.602,
        'GLA 6-1': 0.588,
        'HGRN 6-1': 0.601,
        'HGRN2 6-1': 0.617,
        'RetNet 24-1': 0.574,
        Transformer: 0.612,
      },
    },
    {
      source: hybrids,
      metric: 'acc',
      figures: {
        'DeltaNet 6-1': 0.73,
        'Gated DeltaNet 24-1': 0.733,
        'GLA 3-1': 0.721,
        'HGRN 6-1': 0.732,
        'HGRN2 6-1': 0.729,
        'RetNet 6-1': 0.718,
        Transformer: 0.704,
      },
    },
    { source: measured, metric: 'acc', figures: { 'Gated DeltaNet': 0.7231 } },
  ],
});
