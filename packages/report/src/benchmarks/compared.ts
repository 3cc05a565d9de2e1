// Models on the same benchmarks: figures with intervals, and which differences are more than chance.
import { meanOf } from '../text/stats.ts';
import type { FoundMetric, FoundResults, FoundTask, Placed } from './found.ts';
import {
  type Difference,
  differenceOf,
  type Interval,
  percentileInterval,
  resampledFigures,
  wilsonInterval,
} from './statistics.ts';

/** Runs that differ in their seed alone are one model. */
export interface ComparedModel {
  readonly name: string;
  readonly runs: readonly FoundResults[];
}

/** A metric of a task over all models. */
export interface ComparedFigure {
  readonly task: FoundTask;
  readonly metric: string;
  readonly higherIsBetter: boolean | null;
  /** By model; null where it has no such figure. */
  readonly cells: readonly (Cell | null)[];
  /** Of pairs of models that were measured on the same documents. */
  readonly differences: readonly PairDifference[];
  /** By model, where answers stand and whether they were found, over its runs; null where that is not known. */
  readonly places: readonly (readonly Placed[] | null)[];
  /** Whether models were measured on different documents, with other examples, or another version of the task. */
  readonly isApart: boolean;
}

export interface Cell {
  /** Mean over the runs. */
  readonly value: number;
  readonly interval: Interval | null;
  /** Whether it is better than every other one by more than chance. */
  readonly isBest: boolean;
}

export interface PairDifference {
  /** Of the second, less the first. */
  readonly pair: readonly [number, number];
  readonly difference: Difference;
}

const RESAMPLES = 2000;

/** Documents without which nothing is told apart: of five, all may differ in one way by chance (1 in 16). */
const LEAST = 6;

/** Models whose every pair is compared, at most; of more, each is set against the first. */
const ALL_PAIRS = 3;

/** In the order of the first model that has them. */
export function comparedFigures(models: readonly ComparedModel[]): ComparedFigure[] {
  const keys = new Map<string, readonly [FoundTask, string]>();
  for (const { tasks } of models.flatMap(({ runs }) => runs)) {
    for (const task of tasks) {
      for (const { name } of task.metrics) {
        const key = `${task.name}\n${name}`;
        if (!keys.has(key)) keys.set(key, [task, name]);
      }
    }
  }
  return [...keys.values()].map(([task, metric]) => compared(models, task, metric));
}

/** Which models are set against each other. */
export function pairsOf(models: number): (readonly [number, number])[] {
  const all = Array.from({ length: models }, (_, b) => Array.from({ length: b }, (_, a) => [a, b] as const)).flat();
  return models > ALL_PAIRS ? all.filter(([a]) => a === 0) : all;
}

interface Measured {
  readonly task: FoundTask;
  readonly metric: FoundMetric;
}

function compared(models: readonly ComparedModel[], first: FoundTask, name: string): ComparedFigure {
  const measured = models.map(({ runs }) =>
    runs.flatMap(({ tasks }): Measured[] => {
      const task = tasks.find((one) => one.name === first.name);
      const metric = task?.metrics.find((one) => one.name === name);
      return task && metric ? [{ task, metric }] : [];
    }),
  );
  const all = measured.flat();
  const isApart = all.some(({ task }) => !isSame(task, all[0].task));
  const higherIsBetter = all[0].metric.higherIsBetter;
  const drawn = isApart ? measured.map((runs) => resampled([runs])[0]) : resampled(measured);
  const values = measured.map((runs) =>
    runs.length > 0 ? meanOf(runs.map(({ metric }) => metric.value)) : Number.NaN,
  );
  const isEnough = all.every(({ metric }) => (metric.documents?.values.sums.length ?? 0) >= LEAST);
  const separate = (a: number, b: number, looks: number): Difference | null => {
    const [one, other] = [drawn[a], drawn[b]];
    if (!one || !other || isApart) return null;
    const difference = differenceOf(values[b] - values[a], other, one, looks);
    return isEnough ? difference : { ...difference, isSeparate: false };
  };
  const pairs = pairsOf(models.length);
  const there = models.map((_, i) => i).filter((i) => measured[i].length > 0);
  return {
    ...{ task: first, metric: name, higherIsBetter, isApart },
    places: measured.map((runs) => {
      const places = runs.flatMap(({ metric }) => metric.places ?? []);
      return places.length > 0 ? places : null;
    }),
    cells: measured.map((runs, i): Cell | null => {
      if (runs.length === 0) return null;
      const others = there.filter((other) => other !== i);
      const isBest =
        higherIsBetter !== null &&
        others.length > 0 &&
        others.every((other) => {
          const found = separate(other, i, others.length);
          return found?.isSeparate === true && found.value > 0 === higherIsBetter;
        });
      return { value: values[i], interval: intervalOf(runs, drawn[i]), isBest };
    }),
    differences: pairs.flatMap(([a, b]): PairDifference[] => {
      const difference = separate(a, b, pairs.length);
      return difference ? [{ pair: [a, b], difference }] : [];
    }),
  };
}

/** Whether two were asked the same in the same way. */
const isSame = (a: FoundTask, b: FoundTask): boolean =>
  a.documents === b.documents && a.n === b.n && a.shots === b.shots && a.version === b.version;

/** Null of a model without samples, or whose runs were measured on different documents. */
function resampled(models: readonly (readonly Measured[])[]): (Float64Array | null)[] {
  const isSound = (runs: readonly Measured[]) =>
    runs.length > 0 && runs.every(({ task, metric }) => metric.documents && isSame(task, runs[0].task));
  const sound = models.filter(isSound);
  if (sound.length === 0) return models.map(() => null);
  const { figureOf } = sound[0][0].metric.documents!;
  const figures = resampledFigures(
    sound.map((runs) => runs.map(({ metric }) => metric.documents!.values)),
    figureOf,
    RESAMPLES,
  );
  return models.map((runs) => figures[sound.indexOf(runs)] ?? null);
}

function intervalOf(runs: readonly Measured[], drawn: Float64Array | null): Interval | null {
  const [{ metric }] = runs;
  if (!drawn) return null;
  if (runs.length > 1 || !metric.documents?.isShare) return percentileInterval(drawn, 0.95);
  const n = metric.documents.values.sums.length;
  return wilsonInterval(Math.round(metric.value * n), n);
}
