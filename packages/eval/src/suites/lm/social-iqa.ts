// SocialIQA: why people do what they do, and what follows.
import { integerIn, stringIn } from '../../benchmarks/columns.ts';
import { multipleChoice } from '../../benchmarks/multiple-choice.ts';
import { gatedDeltaNet, measured } from '../published.ts';

export const socialIqa = /* @__PURE__ */ multipleChoice({
  name: 'social_iqa',
  title: 'SocialIQA',
  version: 0,
  dataset: {
    id: 'lighteval/siqa',
    config: null,
    splits: { evaluation: 'validation', shots: 'train' },
    columns: {
      context: 'string',
      question: 'string',
      answerA: 'string',
      answerB: 'string',
      answerC: 'string',
      label: 'integer',
    },
  },
  source: 'Sap et al. 2019, https://arxiv.org/abs/1904.09728',
  shots: { leavesOutDocument: true },
  text: (doc) => `Q: ${stringIn(doc, 'context')} ${stringIn(doc, 'question')}\nA:`,
  choices: (doc) => ['answerA', 'answerB', 'answerC'].map((answer) => stringIn(doc, answer)),
  gold: (doc) => integerIn(doc, 'label') - 1,
  published: [
    {
      source: gatedDeltaNet,
      metric: 'acc',
      figures: {
        RetNet: 0.4078,
        HGRN2: 0.4063,
        Mamba: 0.3776,
        Mamba2: 0.402,
        DeltaNet: 0.4022,
        'Gated DeltaNet': 0.4063,
        'Transformer++': 0.4066,
        Samba: 0.3996,
        'Gated DeltaNet-H1': 0.414,
        'Gated DeltaNet-H2': 0.4191,
      },
    },
    { source: measured, metric: 'acc', figures: { 'Gated DeltaNet': 0.4237 } },
  ],
});
