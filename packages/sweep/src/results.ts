// results.json of a sweep: what every cell found, in the order of the grid. The report is drawn from this file alone.
import type { MeasureValue, ModelCounts } from '@twilljs/eval';
import type { Ratio } from '@twilljs/hybrid';
import type { Settings } from './axes.ts';
import type { SweepSpec } from './spec.ts';

export const RESULTS_FILE = 'results.json';

/** Layout of the file; a reader refuses another one. */
export const RESULTS_VERSION = 1;

/** Of a training curve, at most: enough for any picture, so that a long sweep has a file that can be read. */
export const LOSS_POINTS = 1000;

/** Step, counted from 1, and training loss in nats per label. */
export type LossPoint = readonly [step: number, loss: number];

/** What a cell is, and how its training went. */
export interface CellFacts extends ModelCounts {
  /** Unique in the sweep, and the name of its run directory under `cells/`. */
  readonly name: string;
  /** As the specification has it. */
  readonly task: string;
  /** `--mixer` name; `attention` is the Transformer. */
  readonly mixer: string;
  /** `pure`, or r of the period convention: layer i is softmax iff (i+1) % r == 0. The Transformer is `pure`. */
  readonly ratio: Ratio;
  readonly seed: number;
  /** Its values of the grid's axes; absent where there are none. */
  readonly settings?: Settings;
  /** What tables call it: `HGRN2, 1 in 4 full`. */
  readonly title: string;
  /** Run directory, relative to the sweep's. */
  readonly directory: string;
  /** Of every step; of more than `LOSS_POINTS` so many means. */
  readonly losses: readonly LossPoint[];
  /** Steps without a finite loss or gradient, which changed nothing; absent where there were none. */
  readonly skipped?: number;
  /** Why the cell has no (complete) result. */
  readonly failed?: string;
}

/**
 * One cell: its facts, and what each measure of its task found, by the measure's name (`recall`: pairs -> accuracy; `bitsPerByte`,
 * ...). Nothing in it depends on the time, on the machine's speed or on interruptions. A cell that failed has `failed`, the counts
 * of its model where the model could be made (else 0), and what it measured before that.
 */
export type SweepCellResult = CellFacts & { readonly [measure: string]: unknown };

/** `results.json`: the specification, and what every cell found. */
export interface SweepResults {
  readonly version: typeof RESULTS_VERSION;
  readonly spec: SweepSpec;
  readonly cells: readonly SweepCellResult[];
}

/** Names that no measure can have. */
const facts: Readonly<Record<keyof CellFacts, true>> = {
  ...{ name: true, task: true, mixer: true, ratio: true, seed: true, settings: true, title: true, directory: true },
  ...{ layers: true, parameters: true, nonEmbeddingParameters: true, flopsPerToken: true, stateBytes: true },
  ...{ losses: true, skipped: true, failed: true },
};

/** Whether a cell says something else by this name than what a measure found. */
export const isFact = (name: string): boolean => Object.hasOwn(facts, name);

/** What a measure found in a cell. */
export function valueIn(cell: SweepCellResult, { name }: { readonly name: string }): MeasureValue | null | undefined {
  return Object.hasOwn(cell, name) ? (cell[name] as MeasureValue | null) : undefined;
}

/** A curve of at most `count` points: means of equal parts. */
export function thinned(curve: readonly LossPoint[], count: number): readonly LossPoint[] {
  if (curve.length <= count) return curve;
  return Array.from({ length: count }, (_, i) => {
    const part = curve.slice(Math.floor((i * curve.length) / count), Math.floor(((i + 1) * curve.length) / count));
    const mean = (of: 0 | 1) => part.reduce((sum, point) => sum + point[of], 0) / part.length;
    return [mean(0), mean(1)];
  });
}
