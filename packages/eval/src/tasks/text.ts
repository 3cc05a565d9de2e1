// Language modelling of the user's text: of its bytes, or of a tokenizer's ids.
import {
  type Batches,
  type Copies,
  copies,
  type EvaluationWindows,
  evaluationWindows,
  mixture,
  pack,
  type Tokens,
  windows,
} from '@twilljs/data';
import type { Fields, Values } from '@twilljs/nn';
import { OptionError, type Random, rng } from '@twilljs/tensor';
import type { Probe } from '../measure.ts';
import { bitsByPosition, bitsPerByte } from '../measures/bits-per-byte.ts';
import { copyGain } from '../measures/copy-gain.ts';
import type { TaskFamily, TaskTokens } from '../task-family.ts';

/** Windows, and rows with a passage that comes twice, at most. */
const WINDOWS = 192;

/** Tokens of text in such a row, without the second occurrence. */
const COPIES_READ = 128;

/** Ids of bytes. */
const BYTES = 256;

/** A text as all models that are compared see it. */
export interface TextProbe extends Probe {
  readonly text: Tokens;
  /** Bytes of the text itself. */
  readonly bytes: number;
  /** Where documents begin that are measured apart. */
  readonly begins: ArrayLike<number> | undefined;
  /** A fixed sample of the text. */
  readonly windows: EvaluationWindows;
  /** Null where the text is too short for a passage to come twice. */
  readonly copies: Copies | null;
}

const fields = {
  length: { type: 'integer', default: 256, max: 2 ** 20 },
  batch: { type: 'integer', default: 4, max: 2 ** 20 },
  /** Whether documents in a window see each other. */
  packing: { type: 'string', default: 'together', oneOf: ['together', 'apart'], late: true },
  /** Rows from anywhere in the text; or document after document, each once an epoch, in a new order. */
  order: { type: 'string', default: 'windows', oneOf: ['windows', 'documents'], late: true },
} as const satisfies Fields;

/** Language modelling of a text. */
export const textTask: TaskFamily<typeof fields, TextProbe> = {
  name: 'text',
  aliases: ['language', 'lm'],
  title: 'Language modelling',
  summary: 'language modelling of text',
  fields,
  readsText: true,
  measures: [bitsPerByte, bitsByPosition, copyGain],
  lossUnit: { perNat: 1 / Math.LN2, name: 'bits per byte' },
  axis: { field: 'length', unit: 'tokens' },
  words: {
    about: ({ length }) =>
      `Text in windows of ${length} tokens: mean bits per byte on text that was kept from training, the same windows for every ` +
      'model. Lower is better.',
    noun: 'loss',
    unit: 'bit',
    limit: (steps) => `All this is after ${steps} steps on one text: early learning, not what the models reach.`,
  },
  vocab: () => BYTES,
  batches(options, { seed, text }) {
    const source = rng(seed).fork('data');
    const { train, mixture: mixed } = given(text);
    if (!mixed) return rowsOf(train, options, source);
    const one = { ...options, batch: 1 };
    const sources = mixed.map(({ weight, train }, i) => ({ weight, batches: rowsOf(train, one, source.fork(i)) }));
    return mixture({ sources, batch: options.batch });
  },
  probe({ length, packing }, { seed, text }) {
    const { tokens, bytes = tokens.length, what, begins: all = [0] } = given(text);
    const begins = packing === 'apart' ? all : undefined;
    if (tokens.length < 2) {
      const unit = bytes === tokens.length ? 'byte' : 'token';
      const has = tokens.length === 0 ? `no ${unit}` : `one ${unit}`;
      throw new OptionError(`${what} has ${has}, of which none can be predicted; give more text.`);
    }
    const at = Math.min(length, tokens.length - 1); // of a short text, shorter windows
    const source = rng(seed);
    const rows = evaluationWindows({ tokens, source, begins, length: at, count: countOf(tokens, at) });
    const isShort = tokens.length < COPIES_READ;
    return {
      ...{ text: tokens, bytes },
      begins,
      length: at,
      sets: [{ at, rows }],
      windows: rows,
      copies: isShort ? null : copies({ tokens, source, count: countOf(tokens, COPIES_READ) }),
    };
  },
};

/** Rows of one text. */
function rowsOf(
  { tokens, begins = [0], documents, separator = [] }: TaskTokens,
  { length, batch, packing, order }: Values<typeof fields>,
  source: Random,
): Batches {
  if (order === 'windows') {
    return windows({ tokens, length, batch, begins: packing === 'apart' ? begins : undefined, source });
  }
  const list = documents && { length: documents.length, at: (i: number) => documents.at(i)?.tokens };
  return pack({ documents: list ?? [tokens], separator, length, batch, source, packing });
}

function given<T>(text: T | undefined): T {
  if (text !== undefined) return text;
  throw new OptionError('task text: it has no text to read; give some.');
}

/** As many pieces of text as could stand beside each other: more would share tokens, and the error would seem too small. */
function countOf(text: Tokens, length: number): number {
  return Math.min(WINDOWS, Math.max(1, Math.floor(text.length / length)));
}
