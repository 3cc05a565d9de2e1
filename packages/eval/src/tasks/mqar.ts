// Multi-query associative recall: the dense form of the study, and two variants.
import { compositionalMqar, mqar as dense, forgettingMqar, uniformMqar, zoologyMqar } from '@twilljs/data';
import type { Fields, Values } from '@twilljs/nn';
import { exercises } from '../exercises.ts';
import { accuracyAs } from '../measures/accuracy.ts';
import type { TaskWords } from '../task-family.ts';

const size = { type: 'integer', max: 2 ** 20 } as const;

const fields = {
  length: { ...size, default: 64 },
  batch: { ...size, default: 32 },
  pairs: { ...size, default: 16 },
  vocab: { ...size, default: 64, min: 4 },
} as const satisfies Fields;

type Options = Values<typeof fields>;

const words = {
  about: ({ length, vocab }: Pick<Options, 'length' | 'vocab'>, hardest: number) =>
    `Multi-query associative recall (MQAR): ${length} tokens hold up to ${hardest} pairs of a key and a value; at every later key ` +
    `the model has to name its value. Chance is ${(2 / vocab).toFixed(3)}.`,
  noun: 'recall',
  verbs: ['recalls', 'recall'],
  limit: (steps: string) =>
    `All this is what is learned in ${steps} steps, not what a state can hold: more steps can change it.`,
} satisfies TaskWords<typeof fields>;

const shared = { title: 'Recall', axis: { field: 'pairs', unit: 'pairs' }, measures: [accuracyAs('recall')] } as const;

/** Associative recall: values by keys, many in a row. */
export const mqarTask = exercises({
  ...shared,
  name: 'mqar',
  aliases: ['recall'],
  summary: 'recall of values by keys',
  fields,
  words: {
    ...words,
    about: (options, hardest) =>
      `${words.about(options, hardest)} Training begins with two pairs and grows to all of them.`,
    curves: 'Rows hold more and more pairs until seven tenths of the steps: a level line is progress.',
  },
  make: (options, source, steps) => dense({ ...options, ...(steps !== undefined && { steps }), source }),
});

/** Keys may be asked again at once. */
export const mqarUniformTask = exercises({
  ...shared,
  name: 'mqar-uniform',
  summary: 'recall with independent queries',
  fields: {
    ...fields,
    batch: { ...size, default: 64 },
    pairs: { ...size, default: 8 },
    vocab: { ...size, default: 128, min: 4 },
  },
  words,
  make: (options, source) => uniformMqar({ ...options, source }),
});

const zoologyFields = {
  length: { ...size, default: 64 },
  batch: { ...size, default: 256 },
  pairs: { ...size, default: 4 },
  vocab: { ...size, default: 8192, min: 4 },
  power: { type: 'number', default: 0.01, above: 0 },
  filler: { type: 'string', default: 'random', oneOf: ['random', 'zero'] },
  /** Distinct rows of training. */
  examples: { ...size, default: null, late: true },
} as const satisfies Fields;

/** One query per key, at distances of a power law. */
export const mqarZoologyTask = exercises({
  ...shared,
  name: 'mqar-zoology',
  summary: "recall as Zoology's generator makes it",
  fields: zoologyFields,
  words,
  make: (options, source) => zoologyMqar({ ...options, source }),
});

/** Some keys get another value before they are asked for. */
export const mqarForgettingTask = exercises({
  ...shared,
  name: 'mqar-forgetting',
  summary: 'recall of what was bound last',
  fields: { ...zoologyFields, updates: { ...size, default: 4 } },
  words,
  make: (options, source) => forgettingMqar({ ...options, source }),
});

/** Keys are two tokens, each of which stands in several keys. */
export const mqarCompositionalTask = exercises({
  ...shared,
  name: 'mqar-compositional',
  summary: 'recall by keys of two tokens',
  fields: zoologyFields,
  words,
  make: (options, source) => compositionalMqar({ ...options, source }),
});
