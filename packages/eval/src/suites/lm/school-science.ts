// Questions of school science with three to five choices: two sets of them, of one form.
import type { Published } from '../../benchmarks/benchmark.ts';
import { choicesIn, indexOfLabel, stringIn } from '../../benchmarks/columns.ts';
import { choiceMetrics } from '../../benchmarks/metrics.ts';
import { type ChoiceBenchmark, multipleChoice } from '../../benchmarks/multiple-choice.ts';

interface SchoolScience {
  readonly name: string;
  readonly title: string;
  /** Of the data set. */
  readonly config: string;
  readonly published: readonly Published[];
}

export function schoolScience({ config, ...own }: SchoolScience): ChoiceBenchmark {
  return multipleChoice({
    ...own,
    dataset: {
      id: 'allenai/ai2_arc',
      config,
      splits: { evaluation: 'test', shots: 'train' },
      columns: { question: 'string', choices: 'choices', answerKey: 'string' },
    },
    source: 'Clark et al. 2018, https://arxiv.org/abs/1803.05457',
    metrics: [choiceMetrics.acc, choiceMetrics.accNorm],
    text: (doc) => `Question: ${stringIn(doc, 'question')}\nAnswer:`,
    choices: (doc) => choicesIn(doc, 'choices').text,
    gold: (doc) => indexOfLabel(stringIn(doc, 'answerKey'), choicesIn(doc, 'choices').label, 'answerKey'),
  });
}
