// OpenBookQA: a sentence of school science, ended in the right way.
import { choicesIn, indexOfLabel, stringIn } from '../../benchmarks/columns.ts';
import { choiceMetrics } from '../../benchmarks/metrics.ts';
import { multipleChoice } from '../../benchmarks/multiple-choice.ts';
import { lstrip } from '../../python/white-space.ts';
import { hybrids, hybrids340M } from '../published.ts';

export const openbookqa = /* @__PURE__ */ multipleChoice({
  name: 'openbookqa',
  title: 'OpenBookQA',
  dataset: {
    id: 'allenai/openbookqa',
    config: 'main',
    splits: { evaluation: 'test', shots: 'train' },
    columns: { question_stem: 'string', choices: 'choices', answerKey: 'string' },
  },
  source: 'Mihaylov et al. 2018, https://arxiv.org/abs/1809.02789',
  metrics: [choiceMetrics.acc, choiceMetrics.accNorm],
  text: (doc) => stringIn(doc, 'question_stem'),
  choices: (doc) => choicesIn(doc, 'choices').text,
  gold: (doc) => indexOfLabel(lstrip(stringIn(doc, 'answerKey')), choicesIn(doc, 'choices').label, 'answerKey'),
  published: [
    {
      source: hybrids340M,
      metric: 'acc_norm',
      figures: {
        'DeltaNet 6-1': 0.334,
        'Gated DeltaNet': 0.338,
        'GLA 6-1': 0.334,
        'HGRN 6-1': 0.34,
        'HGRN2 6-1': 0.346,
        'RetNet 24-1': 0.364,
        Transformer: 0.33,
      },
    },
    {
      source: hybrids,
      metric: 'acc_norm',
      figures: {
        'DeltaNet 6-1': 0.384,
        'Gated DeltaNet 24-1': 0.406,
        'GLA 3-1': 0.388,
        'HGRN 6-1': 0.412,
        'HGRN2 6-1': 0.42,
        'RetNet 6-1': 0.4,
        Transformer: 0.4,
      },
    },
  ],
});
