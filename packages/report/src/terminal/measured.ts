// A measurement in words: what `train` says at its end and `eval` says at all.
import type { JsonObject } from '@twilljs/hub';
import { grouped } from '../text/numbers.ts';

/** `2.531 ± 0.028 bits per byte`, or the accuracies of a task; of a model that is not finite, where it is not. */
export function measuredText(measured: JsonObject): string {
  const reason = brokenText(measured);
  return reason === null ? soundText(measured) : `${soundText(measured)}: ${reason}`;
}

/** Why the figures are not finite; null where they are. */
export function brokenText({ notFinite }: JsonObject): string | null {
  return typeof notFinite === 'string' ? `the model is not finite, first at ${notFinite}` : null;
}

function soundText(measured: JsonObject): string {
  if (measured.task === 'lm') return `${estimated(measured, 'bitsPerByte')} bits per byte`;
  const unit = measured.task === 'mqar' ? 'pairs' : 'tokens';
  const accuracy = measured.accuracy as { difficulty: number; mean: number }[];
  const parts = accuracy.map(({ difficulty, mean }) => `${fixed(mean)} at ${difficulty} ${unit}`);
  return `accuracy ${parts.join(', ')} (chance ${fixed(measured.chance)})`;
}

/** Positions that fit beside each other on a terminal of 80 columns. */
const PER_LINE = 5;

/** Of text: how much of it was read, bits by position, and what a second occurrence gains. A line each. */
export function detailLines(measured: JsonObject): string[] {
  if (measured.task !== 'lm') return [];
  const positions = measured.bitsByPosition as { from: number; to: number; bitsPerByte: number }[];
  const parts = positions.map(({ from, to, bitsPerByte }) => `${rangeText(from, to)}: ${fixed(bitsPerByte)}`);
  const gain = measured.copyGain as JsonObject | null;
  const lines = [parts.slice(0, PER_LINE), parts.slice(PER_LINE)].filter(({ length }) => length > 0);
  return [
    `measured     ${coverText(measured)}`,
    `by position  ${lines.map((line) => line.join('  ')).join(`\n${' '.repeat(13)}`)}`,
    ...(gain ? [`copy gain    ${estimated(gain, 'mean')} bits per byte of a passage that comes again`] : []),
  ];
}

/** How much of the text the figures are from. */
function coverText({ windows, length, bytes, bytesMeasured }: JsonObject): string {
  const [predicted, all] = [bytesMeasured as number, bytes as number];
  if (predicted === all - 1) return `all ${grouped(all)} bytes, each but the first predicted once`;
  const share = ((100 * predicted) / all).toPrecision(2);
  return `${grouped(windows as number)} window${windows === 1 ? '' : 's'} of ${length}, which predict ${grouped(predicted)} of ${grouped(all)} bytes (${Number(share)} %)`;
}

/** Positions counted from 1, as `1`, or `65-128`. */
function rangeText(from: number, to: number): string {
  return to - from === 1 ? String(to) : `${from + 1}-${to}`;
}

function estimated(measured: JsonObject, mean: string): string {
  const { standardError } = measured;
  return standardError === null || Number.isNaN(standardError)
    ? fixed(measured[mean])
    : `${fixed(measured[mean])} ± ${fixed(standardError)}`;
}

function fixed(value: unknown): string {
  return (value as number).toFixed(3);
}
