// Bits per byte of the same tokens with more and more text before them, also more than a model was trained on.
import { type Batch, IGNORE, type Tokens } from '@twilljs/data';
import type { JsonObject } from '@twilljs/hub';
import { OptionError } from '@twilljs/tensor';
import { type ComparedMeasure, estimateText, numberOrNull } from '../measure.ts';
import { tokensText } from '../numbers.ts';
import { meanOf, score } from '../score.ts';
import type { TextProbe } from '../tasks/text.ts';
import { errorOf, scaled } from './bits-per-byte.ts';

/** Times the length of the windows. */
const REACH = [1, 2, 4, 8];

/** Places of the text at most. */
const PLACES = 128;

/**
 * Bits per byte with 1, 2, 4 and 8 times as many tokens of text as a window has, as far as the text goes. At places spread evenly over the
 * text, the last half window is what is predicted, from a beginning that lies farther and farther back: what changes is the context alone.
 * A model that carries on beyond its training stays level or falls; where it does not, the line rises. Null where documents do not see each
 * other: the context ends with them.
 *
 * @see Press, Smith, Lewis 2022, https://arxiv.org/abs/2108.12409: train short, test long.
 */
export const bitsByLength: ComparedMeasure<TextProbe> = {
  name: 'bitsByLength',
  title: 'bits per byte by length',
  about:
    'Bits per byte of the same bytes, the last half of a window, with more and more text before them: a line that rises is a model that more context misleads.',
  kind: 'byDifficulty',
  better: 'lower',
  range: [0, Number.POSITIVE_INFINITY],
  async compute(model, { text, bytes, begins, length: window }) {
    if (!text) {
      throw new OptionError(
        'measure bits-by-length: the task makes its own rows, and what has more and more before it is text; leave it out, or measure a task of text.',
      );
    }
    if (begins) return { bitsByLength: null };
    const lengths = REACH.map((times) => times * window).filter((length) => length < text.length);
    const ends = placesOf(text.length, Math.max(...lengths), window);
    const byteOfToken = bytes / text.length;
    let notFinite: string | null = null;
    const found: JsonObject[] = [];
    for (const length of lengths) {
      const scores = await score(model, rowsTo(text, ends, length, window));
      const place = scores.notFinite;
      if (place) notFinite ??= `token ${1 + ends[place.row] - length + place.position} of the text, after ${length}`;
      const nats = meanOf(scores.nats, scores);
      const perByte = 1 / Math.LN2 / byteOfToken;
      found.push({ length, mean: nats.mean * perByte, standardError: scaled(errorOf(nats), perByte) });
    }
    return { notFinite, bitsByLength: found };
  },
  value({ bitsByLength }) {
    if (!Array.isArray(bitsByLength)) return bitsByLength === null ? null : undefined;
    return Object.fromEntries(parts(bitsByLength).map(({ length, mean }) => [length, mean])) as Record<number, number>;
  },
  error: ({ bitsByLength }) => numberOrNull(Object(Array.isArray(bitsByLength) && bitsByLength.at(-1)).standardError),
  lines({ bitsByLength }) {
    if (!Array.isArray(bitsByLength))
      return ['by length    documents do not see each other, so that no context is longer'];
    const told = parts(bitsByLength).map(
      ({ length, mean, standardError }) => `${estimateText(mean, standardError)} with ${tokensText(length as number)}`,
    );
    return [`by length    ${told.join(', ')}`];
  },
};

const parts = (found: readonly unknown[]): JsonObject[] => found.map((part) => Object(part) as JsonObject);

/** Where windows end: spread evenly from the first place that has so much text before it, no predicted half in two of them. */
function placesOf(tokens: number, farthest: number, window: number): number[] {
  const room = tokens - 1 - farthest;
  const count = Math.min(PLACES, 1 + Math.floor((2 * room) / window));
  return Array.from({ length: count }, (_, i) => farthest + (count > 1 ? Math.round((i * room) / (count - 1)) : 0));
}

/** Rows [ends,length] of the tokens before each end, whose labels stand in the last half window. */
function rowsTo(tokens: Tokens, ends: readonly number[], length: number, window: number): Batch {
  const [B, T] = [ends.length, length];
  const [inputs, labels] = [new Int32Array(B * T), new Int32Array(B * T).fill(IGNORE)];
  for (const [row, end] of ends.entries()) {
    const ids = tokens.subarray(end - T, end + 1);
    for (let t = 0; t < T; t++) {
      inputs[row * T + t] = ids[t];
      if (t >= T - ((window + 1) >> 1)) labels[row * T + t] = ids[t + 1];
    }
  }
  return { inputs, labels, B, T };
}
