// A benchmark of your own: what comes after a row of numbers.
// twill eval runs/reversal --tasks ./benchmark.ts --data counting=./counting.jsonl
import { multipleChoice } from 'twilljs';

export default multipleChoice({
  name: 'counting',
  title: 'Counting',
  dataset: {
    id: 'own/counting',
    config: null,
    splits: { evaluation: 'test', shots: 'train' },
    columns: { numbers: 'string', next: 'strings', right: 'integer' },
  },
  source: 'this file',
  text: ({ numbers }) => `${numbers},`,
  choices: ({ next }) => next as string[],
  gold: ({ right }) => Number(right),
});
