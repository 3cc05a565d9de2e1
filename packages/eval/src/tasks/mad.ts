// Tasks of MAD, each with its baseline setting: recall in context, with noise and with motifs, memorization, compression, selective copying.
import { compression, fuzzyRecall, madRecall, memorization, selectiveCopying } from '@twilljs/data';
import type { Fields } from '@twilljs/nn';
import { exercises } from '../exercises.ts';
import { macroAccuracy, plainAccuracy } from '../measures/macro-accuracy.ts';
import { autoEncoder } from '../readouts/auto-encoder.ts';
import { TOKENS_AT_ONCE } from '../score.ts';

const size = { type: 'integer', max: 2 ** 20 } as const;

/** Rows of an evaluation set: MAD has 1280. */
const rows = { ...size, default: 384, late: true } as const;

const fields = {
  length: { ...size, default: 128 },
  batch: { ...size, default: 128 },
  vocab: { ...size, default: 16, min: 4 },
  examples: { ...size, default: 12800, nullable: true },
  rows,
} as const satisfies Fields;

const recallFields = {
  ...fields,
  queries: { type: 'string', default: 'many', oneOf: ['many', 'one'] },
} as const satisfies Fields;

const shared = {
  axis: { field: 'length', unit: 'tokens' },
  measures: [macroAccuracy, plainAccuracy],
} as const;

const values = { noun: 'recall in context', verbs: ['finds the values', 'find the values'] } as const;

/** Recall in context, of pairs that come again and again. */
export const madRecallTask = exercises({
  ...shared,
  name: 'mad-recall',
  title: 'Recall in context',
  summary: 'recall in context, of pairs that come again and again',
  fields: recallFields,
  words: {
    ...values,
    about: ({ length, vocab }) =>
      `In-context recall of MAD: pairs of ${vocab} ids in ${length} tokens; the model has to name the value of every key that came before.`,
  },
  make: ({ rows: _, ...options }, source) => madRecall({ ...options, source }),
});

/** Recall in context, with noise between the pairs. */
export const madNoisyRecallTask = exercises({
  ...shared,
  name: 'mad-noisy-recall',
  title: 'Recall in noise',
  summary: 'recall in context, with noise between the pairs',
  fields: {
    ...recallFields,
    vocab: { ...size, default: 32, min: 4 },
    noiseVocab: { ...size, default: 16 },
    noise: { type: 'number', default: 0.2, above: 0, max: 1 },
  },
  words: {
    ...values,
    about: ({ length, noise }) =>
      `Noisy in-context recall of MAD: of the pairs in ${length} tokens ${Math.round(100 * noise)} % are noise.`,
  },
  make: ({ rows: _, ...options }, source) => madRecall({ ...options, source }),
});

/** Recall in context, of keys and values of several tokens. */
export const madFuzzyRecallTask = exercises({
  ...shared,
  name: 'mad-fuzzy-recall',
  title: 'Fuzzy recall',
  summary: 'recall in context, of keys and values of several tokens',
  fields: { ...fields, keySize: { ...size, default: 3 }, valueSize: { ...size, default: 3 } },
  words: {
    ...values,
    about: ({ length, keySize, valueSize }) =>
      `Fuzzy in-context recall of MAD: keys of ${keySize} and values of up to ${valueSize} tokens in ${length}.`,
  },
  make: ({ rows: _, ...options }, source) => fuzzyRecall({ ...options, source }),
});

/** Values that no row shows, to be learnt by heart. */
export const madMemorizationTask = exercises({
  ...shared,
  name: 'mad-memorization',
  title: 'Memorization',
  summary: 'values that no row shows, to be learnt by heart',
  fields: {
    length: { ...size, default: 32, min: 2 },
    batch: { ...size, default: 128 },
    vocab: { ...size, default: 256, min: 4 },
    map: { ...size, default: 12345, min: 0 },
    examples: { ...size, default: 256, nullable: true },
    rows,
  },
  words: {
    about: ({ vocab }) =>
      `Memorization of MAD: about ${vocab >> 1} keys whose values are the same in every row and are never shown.`,
    noun: 'memory',
    verbs: ['remembers', 'remember'],
  },
  make: ({ rows: _, ...options }, source) => memorization({ ...options, source }),
});

/** A whole row, to be said again by the state after its last token. */
export const madCompressionTask = exercises({
  ...shared,
  name: 'mad-compression',
  title: 'Compression',
  summary: 'a whole row, to be said again by the state after its last token',
  fields: {
    ...fields,
    length: { ...size, default: 32, min: 2, max: TOKENS_AT_ONCE },
    vocab: { ...size, default: 16, min: 3 },
  },
  readout: autoEncoder,
  words: {
    about: ({ length, vocab }) =>
      `Compression of MAD: ${length - 1} random tokens of ${vocab - 1}, which a decoder has to say again by the state after them.`,
    noun: 'compression',
    verbs: ['compresses', 'compress'],
  },
  make: ({ rows: _, ...options }, source) => compression({ ...options, source }),
});

/** Tokens among blanks, to be said again in order. */
export const selectiveCopyingTask = exercises({
  ...shared,
  name: 'selective-copying',
  title: 'Selective copying',
  summary: 'tokens among blanks, to be said again in order',
  fields: { ...fields, length: { ...size, default: 256 }, copied: { ...size, default: 16 } },
  words: {
    about: ({ length, copied }) => `Selective copying: ${copied} tokens among blanks, of ${length} tokens in all.`,
    noun: 'copying',
    verbs: ['copies', 'copy'],
  },
  make: ({ rows: _, ...options }, source) => selectiveCopying({ ...options, source }),
});
