// Formal languages: a sequence whose last token is the answer to what stands before it.
import { formalParity, modularArithmetic, modularArithmeticBrackets } from '@twilljs/data';
import type { Fields } from '@twilljs/nn';
import { exercises } from '../exercises.ts';
import { accuracy } from '../measures/accuracy.ts';
import { scaledAccuracy } from '../measures/scaled-accuracy.ts';

const size = { type: 'integer', max: 2 ** 20 } as const;

const fields = {
  length: { ...size, default: 40, min: 5 },
  shortest: { ...size, default: 5, min: 5 },
  batch: { ...size, default: 256 },
} as const satisfies Fields;

const shared = {
  title: 'Formal languages',
  axis: { field: 'length', unit: 'tokens' },
  measures: [accuracy, scaledAccuracy],
} as const;

const words = (what: string) => ({
  about: ({ length }: { readonly length: number }, hardest: number) =>
    `${what} of up to ${hardest} tokens, answered at the end; the model was trained on up to ${length}.`,
  noun: 'state tracking',
  verbs: ['solves it', 'solve it'] as const,
});

/** Parity of bits, answered at the end. */
export const formalParityTask = exercises({
  ...shared,
  name: 'formal-parity',
  summary: 'parity of bits, answered at the end',
  fields: { ...fields, length: { ...size, default: 40, min: 3 }, shortest: { ...size, default: 3, min: 3 } },
  words: words('Parity of sequences'),
  make: (options, source) => formalParity({ ...options, source }),
});

/** Sums and products modulo 5. */
export const modularArithmeticTask = exercises({
  ...shared,
  name: 'modular-arithmetic',
  summary: 'sums and products modulo 5',
  fields,
  words: words('Sums and products modulo 5'),
  make: (options, source) => modularArithmetic({ ...options, source }),
});

/** Expressions with brackets modulo 5. */
export const modularArithmeticBracketsTask = exercises({
  ...shared,
  name: 'modular-arithmetic-brackets',
  summary: 'expressions with brackets modulo 5',
  fields: { ...fields, multiply: { type: 'boolean', default: false } },
  words: words('Expressions with brackets modulo 5'),
  make: (options, source) => modularArithmeticBrackets({ ...options, source }),
});
