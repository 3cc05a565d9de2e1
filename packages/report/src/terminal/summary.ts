// What `twill train` says at its end: both losses in one unit, what was skipped, and which checkpoint is the best.
import { grouped, type LossUnit, linesOf, type Measure, measuredText, type TaskFamily } from '@twilljs/eval';
import type { Best, Metrics } from '@twilljs/train/node';
import { skippedText } from '../text/numbers.ts';
import { sparkline } from '../text/sparkline.ts';

/** What a summary of a run is made of. */
export interface Summary {
  readonly metrics: Metrics;
  readonly best: Best | null;
  readonly steps: number;
  /** What it was trained on, and all that was measured. */
  readonly family: TaskFamily;
  /** Of the training loss. */
  readonly unit: LossUnit;
  readonly measures: readonly Measure[];
  readonly out: string;
  /** How the user calls the program. */
  readonly self: string;
}

/** What training came to, in lines. */
export function summaryLines({ metrics, best, steps, family, unit, measures, out, self }: Summary): string[] {
  const { losses, skipped, validation, validations } = metrics;
  const further = measures.slice(family.measures.length);
  const [first, last] = [losses[0], losses.at(-1)].map((nats = Number.NaN) => (nats * unit.perNat).toFixed(3));
  const course = best
    ? validations.map(({ values }) => values[best.of]).filter((value) => typeof value === 'number')
    : [];
  return [
    `loss        ${first} ${sparkline(losses, 40)} ${last} ${unit.name}`,
    ...(skipped.length > 0 ? [`skipped     ${skippedText(skipped.length, steps)}`] : []),
    ...(course.length > 1 ? [`measured    ${sparkline(course, 40)} ${course.length} times`] : []),
    ...(validation ? [`validation  ${measuredText(validation, family)}`] : []),
    ...(validation ? further.map((one) => linesOf(one, validation, family)[0]) : []),
    ...(best && best.step < steps
      ? [`best        ${best.value.toFixed(3)} after step ${grouped(best.step)}: ${self} eval ${out} --checkpoint best`]
      : []),
    `run         ${out}`,
  ];
}
