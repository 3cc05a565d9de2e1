// A run as it is set beside others.
import { type ComparedMeasure, type LossUnit, lossUnitOf, type ModelCounts, type TaskFamily } from '@twilljs/eval';
import type { Metrics, RunRecord } from '@twilljs/train/node';
import { numberOf } from '../part.ts';

/** A run, with what it measured. */
export interface ComparedRun {
  /** The end of its directory, or the whole where two ends are the same. */
  readonly name: string;
  readonly directory: string;
  readonly record: RunRecord;
  readonly metrics: Metrics;
  readonly task: TaskFamily;
  readonly measures: readonly ComparedMeasure[];
  /** Of its model; null where that cannot be made here. */
  readonly counts: ModelCounts | null;
}

/** In what its training loss is told. */
export const unitOf = ({ task, record }: ComparedRun): LossUnit => lossUnitOf(task, record.data);

/** What a measure found at the end of a run. */
export interface Estimate {
  readonly value: number;
  /** Standard error; null where it is not known. */
  readonly error: number | null;
}

/** Null where the run has no such number. */
export function estimateIn({ metrics: { validation } }: ComparedRun, measure: ComparedMeasure): Estimate | null {
  const value = validation ? numberOf(measure.value(validation), measure) : Number.NaN;
  return validation && Number.isFinite(value) ? { value, error: measure.error?.(validation) ?? null } : null;
}

/** Accuracy of guessing in the task of a run; null where it has none. */
export function chanceIn({ task, record: { data } }: ComparedRun): number | null {
  const options = Object.fromEntries(Object.keys(task.fields).map((name) => [name, data[name]]));
  return task.chance?.(options as never) ?? null;
}

/** The same of runs that differ in their seed alone. */
export const butForSeed = ({ model, training, data, init }: RunRecord): string =>
  JSON.stringify([model, training, data, init]);
