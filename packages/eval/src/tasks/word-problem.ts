// The word problem of a group: the product of all its elements so far.
import { wordProblem } from '@twilljs/data';
import { exercises } from '../exercises.ts';
import { accuracyInSequences, sequenceAccuracy } from '../measures/sequence-accuracy.ts';

const size = { type: 'integer', max: 2 ** 20 } as const;

/** State tracking: running products of the elements of a group. */
export const wordProblemTask = exercises({
  name: 'word-problem',
  title: 'State tracking in groups',
  summary: 'running products of the elements of a group, such as S3, A5, Z60, A4xZ5',
  fields: {
    group: { type: 'string', default: 'S5' },
    elements: { type: 'string', default: 'all', oneOf: ['all', 'swaps', 'three'] },
    length: { ...size, default: 32 },
    batch: { ...size, default: 64 },
    examples: { ...size, default: null },
  },
  axis: { field: 'length', unit: 'tokens' },
  measures: [accuracyInSequences, sequenceAccuracy],
  words: {
    about: ({ group, elements, length }, hardest) =>
      `Word problem of ${group}: after each of up to ${hardest} random elements${elements === 'all' ? '' : ` (${elements})`} the model has to name the ` +
      `product of all so far; it was trained on ${length}.`,
    noun: 'state tracking',
    verbs: ['tracks the state', 'track the state'],
  },
  make: (options, source) => wordProblem({ ...options, source }),
});
