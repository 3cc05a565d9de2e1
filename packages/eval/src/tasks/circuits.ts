// Parity and majority as Zoology asks for them: at the end of a row, or at every position.
import { circuitNames, circuits } from '@twilljs/data';
import { exercises } from '../exercises.ts';
import { accuracy } from '../measures/accuracy.ts';
import { scaledAccuracy } from '../measures/scaled-accuracy.ts';

const size = { type: 'integer', max: 2 ** 20 } as const;

/** Parity and majority of all tokens so far. */
export const circuitsTask = exercises({
  name: 'circuits',
  title: 'Circuits',
  summary: 'parity and majority of all tokens so far',
  fields: {
    circuit: { type: 'string', default: circuitNames[0], oneOf: circuitNames },
    length: { ...size, default: 32 },
    batch: { ...size, default: 64 },
    vocab: { ...size, default: 8, min: 3 },
  },
  axis: { field: 'length', unit: 'tokens' },
  measures: [accuracy, scaledAccuracy],
  words: {
    about: ({ circuit, length }, hardest) =>
      `The function ${circuit} of up to ${hardest} random symbols; the model was trained on ${length} tokens.`,
    noun: 'state tracking',
    verbs: ['computes it', 'compute it'],
  },
  make: (options, source) => circuits({ ...options, source }),
});
