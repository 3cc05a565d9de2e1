// What `twill train` says at its end: both losses in one unit, what was skipped, and which checkpoint is the best.
import type { Best, Metrics } from '@twilljs/train/node';
import { grouped, skippedText } from '../text/numbers.ts';
import { sparkline } from '../text/sparkline.ts';
import { measuredText } from './measured.ts';

/** What a loss in nats per label is shown in: for text what everything else is in. */
export interface Unit {
  readonly perNat: number;
  readonly name: string;
}

export const unitOf = (isText: boolean): Unit =>
  isText ? { perNat: 1 / Math.LN2, name: 'bits per byte' } : { perNat: 1, name: 'nats per answer' };

export interface Summary {
  readonly metrics: Metrics;
  readonly best: Best | null;
  readonly steps: number;
  readonly unit: Unit;
  readonly out: string;
  /** How the user calls the program. */
  readonly self: string;
}

export function summaryLines({ metrics, best, steps, unit, out, self }: Summary): string[] {
  const { losses, skipped, validation, validations } = metrics;
  const [first, last] = [losses[0], losses.at(-1)].map((nats = Number.NaN) => (nats * unit.perNat).toFixed(3));
  const course = best
    ? validations.map(({ values }) => values[best.of]).filter((value) => typeof value === 'number')
    : [];
  return [
    `loss        ${first} ${sparkline(losses, 40)} ${last} ${unit.name}`,
    ...(skipped.length > 0 ? [`skipped     ${skippedText(skipped.length, steps)}`] : []),
    ...(course.length > 1 ? [`measured    ${sparkline(course, 40)} ${course.length} times`] : []),
    ...(validation ? [`validation  ${measuredText(validation)}`] : []),
    ...(best && best.step < steps
      ? [`best        ${best.value.toFixed(3)} after step ${grouped(best.step)}: ${self} eval ${out} --checkpoint best`]
      : []),
    `run         ${out}`,
  ];
}
