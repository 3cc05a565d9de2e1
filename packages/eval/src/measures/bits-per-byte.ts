// Bits per byte over windows of a text, and by position in them. Of a tokenizer's ids: bits per token, by the bytes that a token of the text has.
import type { EvaluationWindows } from '@twilljs/data';
import type { JsonObject } from '@twilljs/hub';
import type { Estimate } from '../estimate.ts';
import { evaluateWindows } from '../language.ts';
import { type ComparedMeasure, estimateText, fixed, numberOrNull, type PositionValue } from '../measure.ts';
import { grouped } from '../numbers.ts';
import type { Place } from '../score.ts';
import type { TextProbe } from '../tasks/text.ts';
import { evaluateWhole } from '../whole.ts';
import { octavesOf } from './octaves.ts';

/** The first tokens of a window have little to go by and do not count. */
const WARMUP = 32;

/** Bits per byte of what is held out. */
export const bitsPerByte: ComparedMeasure<TextProbe> = {
  name: 'bitsPerByte',
  title: 'bits per byte',
  kind: 'number',
  better: 'lower',
  range: [0, Number.POSITIVE_INFINITY],
  async compute(model, { text, bytes, begins, windows }, { all = false, onPart }) {
    const { T } = windows;
    const areBytes = bytes === text.length;
    const bytesPerToken = bytes / text.length;
    const warmup = Math.min(WARMUP, T >> 1);
    const found = all
      ? await evaluateWhole(model, text, { length: T, warmup, begins, ...(onPart && { onPart }) })
      : { ...(await evaluateWindows(model, windows, { warmup })), windows: windows.B };
    // Of the token that is predicted, in the text.
    const placeOf = ({ row, position }: Place) => 1 + position + (all ? row * (T - warmup) : windows.starts[row]);
    return {
      notFinite: found.notFinite && `${areBytes ? 'byte' : 'token'} ${placeOf(found.notFinite)} of the text`,
      bitsPerByte: found.bitsPerToken.mean / bytesPerToken,
      standardError: scaled(errorOf(found.bitsPerToken), 1 / bytesPerToken),
      windows: found.windows,
      length: T,
      warmup,
      ...(areBytes ? {} : { bitsPerToken: found.bitsPerToken.mean, bytes, bytesPerToken }),
      [areBytes ? 'bytes' : 'tokens']: text.length,
      [areBytes ? 'bytesMeasured' : 'tokensMeasured']: all
        ? text.length - (begins?.length ?? 1)
        : distinctTokens(windows, warmup, begins),
      bitsByPosition: octavesOf(found.byPosition).map(({ mean, ...place }) => ({
        ...place,
        bitsPerByte: mean / bytesPerToken,
      })),
    };
  },
  value: ({ bitsPerByte }) => (typeof bitsPerByte === 'number' ? bitsPerByte : undefined),
  error: ({ standardError }) => numberOrNull(standardError),
  lines: (measurement) => [
    `${estimateText(measurement.bitsPerByte, measurement.standardError)} bits per byte${tokensText(measurement)}`,
    `measured     ${coverText(measurement)}`,
  ],
};

/** Positions that fit beside each other on a terminal of 80 columns. */
const PER_LINE = 5;

/** Found on the way by `bitsPerByte`. */
export const bitsByPosition: ComparedMeasure<TextProbe> = {
  name: 'bitsByPosition',
  title: 'bits per byte by position',
  about: 'Bits per byte at places of the window that double: a line goes on falling where more context still helps.',
  kind: 'byPosition',
  better: 'lower',
  range: [0, Number.POSITIVE_INFINITY],
  item: 'bitsPerByte',
  value: ({ bitsByPosition }) => (Array.isArray(bitsByPosition) ? (bitsByPosition as PositionValue[]) : undefined),
  lines({ bitsByPosition }) {
    const parts = (bitsByPosition as PositionValue[]).map(
      ({ from, to, bitsPerByte }) => `${rangeText(from, to)}: ${fixed(bitsPerByte)}`,
    );
    const lines = [parts.slice(0, PER_LINE), parts.slice(PER_LINE)].filter(({ length }) => length > 0);
    return [`by position  ${lines.map((line) => line.join('  ')).join(`\n${' '.repeat(13)}`)}`];
  },
};

/** In a text of a tokenizer's ids. */
const tokensText = ({ bitsPerToken, bytesPerToken }: JsonObject): string =>
  bytesPerToken === undefined
    ? ''
    : `, ${fixed(bitsPerToken)} bits per token of ${Number(bytesPerToken).toFixed(2)} bytes`;

export const scaled = (x: number | null, by: number): number | null => x && x * by;

/** None from a single row. */
export function errorOf({ standardError, rows }: Estimate): number | null {
  return rows > 1 ? standardError : null;
}

/** How many tokens of the text are predicted by a window after its warm-up, however many windows they lie in: not the first of documents. */
function distinctTokens(
  { starts, T }: EvaluationWindows,
  warmup: number,
  begins: ArrayLike<number> | undefined,
): number {
  let [tokens, end] = [0, 0];
  for (const start of starts.toSorted()) {
    const [from, to] = [Math.max(end, start + 1 + warmup), start + 1 + T];
    tokens += to - from - Array.from(begins ?? []).filter((at) => at >= from && at < to).length;
    end = to;
  }
  return tokens;
}

/** How much of the text the figures are from. */
function coverText(found: JsonObject): string {
  const { windows, length } = found;
  const unit = found.tokens === undefined ? 'bytes' : 'tokens';
  const [predicted, all] = [found[`${unit}Measured`] as number, found[unit] as number];
  if (predicted === all - 1) return `all ${grouped(all)} ${unit}, each but the first predicted once`;
  const share = ((100 * predicted) / all).toPrecision(2);
  return `${grouped(windows as number)} window${windows === 1 ? '' : 's'} of ${length}, which predict ${grouped(predicted)} of ${grouped(all)} ${unit} (${Number(share)} %)`;
}

/** Positions counted from 1, as `1`, or `65-128`. */
function rangeText(from: number, to: number): string {
  return to - from === 1 ? String(to) : `${from + 1}-${to}`;
}
