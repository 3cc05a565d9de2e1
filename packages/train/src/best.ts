// Which measurement is the best of a run.
import type { JsonObject } from '@twilljs/hub';
import { knownOnly, OptionError, shown } from '@twilljs/tensor';
import type { Measurement } from './metrics-lines.ts';

export const directions = ['lower', 'higher'] as const;

/** What makes one measurement better than another: a number among its values, and whether it should be low or high. */
export interface Better {
  readonly of: string;
  readonly direction: (typeof directions)[number];
}

export interface Best extends Better {
  /** Steps done when it was measured; the checkpoint of that step is kept. */
  readonly step: number;
  readonly value: number;
}

/** @throws OptionError naming what it cannot be. */
export function checkBetter(better: Better): void {
  knownOnly('validation: better', better, ['of', 'direction']);
  if (typeof better.of !== 'string') {
    throw new OptionError(`validation: better.of is ${shown(better.of)}; name a number that measure returns.`);
  }
  if (directions.includes(better.direction)) return;
  throw new OptionError(`validation: better.direction is ${shown(better.direction)}; give "lower" or "higher".`);
}

/**
 * The best so far with one more measurement. Of equal ones the first stays; one that is not finite is never the best.
 *
 * @throws OptionError when the measurement has no number of that name.
 */
export function better(best: Best | null, { step, values }: Measurement, { of, direction }: Better): Best | null {
  const value = numberOf(values, of);
  if (!Number.isFinite(value)) return best;
  const isBetter = !best || (direction === 'lower' ? value < best.value : value > best.value);
  return isBetter ? { of, direction, step, value } : best;
}

/** The best of the measurements up to a step. */
export function bestOf(measurements: readonly Measurement[], rule: Better, upTo: number): Best | null {
  const known = measurements.filter(({ step }) => step <= upTo);
  return known.reduce<Best | null>((best, measurement) => better(best, measurement, rule), null);
}

/** JSON has no word for numbers that are not finite: null stands for them in a file. */
function numberOf(values: JsonObject, name: string): number {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === null) return Number.NaN;
  if (typeof value === 'number') return value;
  throw new OptionError(
    `validation: better.of is ${shown(name)} but measure returns ${shown(value)} under that name, of ${Object.keys(values).join(', ') || 'nothing'}; name a number.`,
  );
}
