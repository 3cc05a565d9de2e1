// SciQ: questions of science with the passage that answers them.
import { stringIn } from '../../benchmarks/columns.ts';
import { choiceMetrics } from '../../benchmarks/metrics.ts';
import { multipleChoice } from '../../benchmarks/multiple-choice.ts';
import { lstrip } from '../../python/white-space.ts';

export const sciq = /* @__PURE__ */ multipleChoice({
  name: 'sciq',
  title: 'SciQ',
  dataset: {
    id: 'allenai/sciq',
    config: null,
    splits: { evaluation: 'test', shots: 'train' },
    columns: {
      support: 'string',
      question: 'string',
      correct_answer: 'string',
      distractor1: 'string',
      distractor2: 'string',
      distractor3: 'string',
    },
  },
  source: 'Welbl et al. 2017, https://arxiv.org/abs/1707.06209',
  metrics: [choiceMetrics.acc, choiceMetrics.accNorm],
  text: (doc) => `${lstrip(stringIn(doc, 'support'))}\nQuestion: ${stringIn(doc, 'question')}\nAnswer:`,
  choices: (doc) => ['distractor1', 'distractor2', 'distractor3', 'correct_answer'].map((one) => stringIn(doc, one)),
  gold: () => 3,
});
