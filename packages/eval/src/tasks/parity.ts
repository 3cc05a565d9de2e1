// Running parity: the smallest task that asks a model to keep a state.
import { parity } from '@twilljs/data';
import { exercises } from '../exercises.ts';

const size = { type: 'integer', max: 2 ** 20 } as const;

/** State tracking: the parity of all bits so far, at each of them. */
export const parityTask = exercises({
  name: 'parity',
  title: 'State tracking',
  summary: 'state tracking',
  fields: { length: { ...size, default: 24 }, batch: { ...size, default: 64 } },
  axis: { field: 'length', unit: 'tokens' },
  words: {
    about: ({ length }, hardest) =>
      `Running parity: after each of up to ${hardest} random bits the model has to say whether the ones so far are odd; it was trained on ${length}. Chance is 0.500.`,
    noun: 'state tracking',
    verbs: ['tracks the state', 'track the state'],
  },
  make: (options, source) => parity({ ...options, source }),
});
