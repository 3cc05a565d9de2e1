// Copying of strings, and look-up of a few of their symbols.
import { ngramLookup, stringCopying } from '@twilljs/data';
import { exercises } from '../exercises.ts';
import { accuracyInSequences, sequenceAccuracy } from '../measures/sequence-accuracy.ts';

const size = { type: 'integer', max: 2 ** 20 } as const;

const shared = {
  title: 'Copying',
  axis: { field: 'length', unit: 'symbols' },
  measures: [accuracyInSequences, sequenceAccuracy],
} as const;

const fields = {
  length: { ...size, default: 64 },
  batch: { ...size, default: 64 },
  alphabet: { ...size, default: 26 },
};

/** A string, to be said again in full. */
export const stringCopyingTask = exercises({
  ...shared,
  name: 'string-copying',
  summary: 'a string, to be said again in full',
  fields,
  words: {
    about: ({ length }, hardest) =>
      `Copying of strings of up to ${hardest} random symbols; the model was trained on up to ${length}.`,
    noun: 'copying',
    verbs: ['copies', 'copy'],
  },
  make: (options, source) => stringCopying({ ...options, source }),
});

/** What stands in a string beside a few of its symbols. */
export const ngramLookupTask = exercises({
  ...shared,
  name: 'ngram-lookup',
  summary: 'what stands in a string beside a few of its symbols',
  fields: {
    ...fields,
    gram: { ...size, default: 3 },
    answer: { ...size, default: 3 },
    key: { type: 'string', default: 'prefix', oneOf: ['prefix', 'suffix'] },
  },
  words: {
    about: ({ length, gram, answer, key }, hardest) =>
      `Look-up in strings of up to ${hardest} symbols: the ${answer} that stand ${key === 'prefix' ? 'after' : 'before'} a key of ${gram}; ` +
      `the model was trained on up to ${length}.`,
    noun: 'look-up',
    verbs: ['finds them', 'find them'],
  },
  make: (options, source) => ngramLookup({ ...options, source }),
});
