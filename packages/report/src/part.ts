// A part of a report: the models of one task that are compared, and what it says of them. Nothing here asks a task for its name.
import type { ComparedMeasure, MeasureValue, TaskFamily, TaskSettings } from '@twilljs/eval';
import type { Ratio } from '@twilljs/hybrid';
import { type Settings, type SweepCellResult, type SweepGrid, valueIn } from '@twilljs/sweep';
import { type Axis, type AxisValue, textOf } from './axis.ts';
import { type Spread, spreadOf } from './text/stats.ts';

/** One model with all its seeds. */
export interface Model {
  readonly mixer: string;
  /** As tables and plots call the mixer: `HGRN2`. */
  readonly family: string;
  readonly isSoftmax: boolean;
  readonly ratio: Ratio;
  /** Its values of the part's other axes. */
  readonly settings: Settings;
  readonly steps: number;
  /** That it was trained on. */
  readonly tokens: number;
  /** Cells that have a result, by seed. */
  readonly cells: readonly SweepCellResult[];
  /** Of the models: the same for every seed. */
  readonly counts: SweepCellResult;
}

/** Models that differ in nothing but the axis that is drawn over: a line of a plot. */
export interface Line {
  /** `HGRN2`, or `HGRN2, lr 0.003` where there are several of it. */
  readonly name: string;
  readonly models: readonly Model[];
}

/** What is compared with each other: models on one task, at one size and training. */
export interface Part {
  readonly title: string;
  readonly task: TaskFamily;
  /** What its models were measured by; by the first they are compared. */
  readonly measures: readonly ComparedMeasure[];
  /** Options of the task. */
  readonly data: TaskSettings;
  /** Of its first cell: those of the others differ in whom they ask, or have its section. */
  readonly grid: SweepGrid;
  /** What pictures are drawn over. */
  readonly x: Axis;
  /** Settings in which its models differ beside mixer and ratio. */
  readonly axes: readonly Axis[];
  readonly lines: readonly Line[];
  /** Softmax models that have no place on the axis: they stand beside it. */
  readonly full: readonly Model[];
  readonly failed: readonly SweepCellResult[];
}

/** Every model of a part, the softmax ones last. */
export const modelsOf = ({ lines, full }: Part): Model[] => [...lines.flatMap(({ models }) => models), ...full];

/** The model of a line at a value of the axis. */
export const modelAt = ({ models }: Line, x: Axis, value: AxisValue): Model | undefined =>
  models.find((model) => x.of(model) === value.key);

/** As rows of tables call a model: `HGRN2, 1 in 4`, `HGRN2, pure, lr 0.003`. */
export function modelText(part: Part, model: Model): string {
  return [model.family, ...(model.isSoftmax ? [] : [ratioText(model.ratio)]), ...settingsOf(part, model)].join(', ');
}

/** As sentences call it: `HGRN2 1 in 4`. */
export const shortText = (part: Part, model: Model): string =>
  [`${model.family}${model.isSoftmax ? '' : ` ${ratioText(model.ratio)}`}`, ...settingsOf(part, model)].join(', ');

/** Without the ratio: `HGRN2, lr 0.003`. */
export const settingText = (part: Part, model: Model): string => [model.family, ...settingsOf(part, model)].join(', ');

const settingsOf = ({ axes }: Part, model: Model): string[] => axes.map((axis) => textOf(axis, axis.of(model)));

/** A ratio as it is said. */
export function ratioText(ratio: Ratio): string {
  return ratio === 'pure' ? 'pure' : `1 in ${ratio}`;
}

/** What models are compared by. */
export const mainOf = ({ measures: [main] }: Part): ComparedMeasure => main;

const OPEN = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

/** Whether a measure has two ends: such a one is drawn whole, and what is near its upper end counts as solved. */
export const isClosed = ({ range = OPEN }: ComparedMeasure): boolean => range.every(Number.isFinite);

/** Difficulties that a measure has numbers for, from the easiest. */
export function difficultiesOf(part: Part, measure: ComparedMeasure): number[] {
  if (measure.kind !== 'byDifficulty') return [];
  const all = modelsOf(part).flatMap(({ cells }) => cells.flatMap((cell) => levelsIn(cell, measure)));
  return [...new Set(all)].sort((a, b) => a - b);
}

const levelsIn = (cell: SweepCellResult, measure: ComparedMeasure): number[] =>
  Object.keys(valueIn(cell, measure) ?? {}).map(Number);

/** What a cell is compared by; NaN where it has no such number. */
export const numberIn = (cell: SweepCellResult, measure: ComparedMeasure): number =>
  numberOf(valueIn(cell, measure), measure);

/** The one number of a value: of one by difficulty, that of the greatest; NaN where there is none. */
export function numberOf(value: MeasureValue | null | undefined, { kind }: ComparedMeasure): number {
  if (kind === 'byDifficulty' && value) {
    const levels = value as Readonly<Record<number, number>>;
    return levels[Math.max(...Object.keys(levels).map(Number))];
  }
  return typeof value === 'number' ? value : Number.NaN;
}

/** The mean over seeds of a measure, with the smallest and the largest. */
export function resultOf(part: Part, model: Model | undefined, measure = mainOf(part)): Spread | null {
  return model ? spreadOf(model.cells.map((cell) => numberIn(cell, measure)).filter(Number.isFinite)) : null;
}

/** ` at 16 pairs`: where the models of a part are compared; nothing where the measure is one number. */
export function whereText(part: Part): string {
  const main = mainOf(part);
  if (main.kind !== 'byDifficulty') return '';
  const hardest = new Set(
    modelsOf(part).flatMap(({ cells }) => cells.map((cell) => Math.max(...levelsIn(cell, main)))),
  );
  return ` at ${hardest.size === 1 ? [...hardest][0] : 'the most'} ${part.task.axis.unit}`;
}

/** ` (lower is better)`, where that does not go without saying. */
export const betterText = (measure: ComparedMeasure): string =>
  isClosed(measure) || measure.better === null ? '' : ` (${measure.better} is better)`;

/** What is better or worse, as a noun: `recall`. */
export const nounOf = ({ task, measures: [main] }: Part): string => task.words?.noun ?? main.title;

/** What tells the states of models apart. */
const stateKey = ({ mixer, ratio, counts }: Model): string => JSON.stringify([mixer, ratio, counts.stateBytes]);

/** The states of all models, each once: what else models differ in may not change it. Named by no more than is needed. */
export function statesOf(part: Part): { readonly model: Model; readonly isAlone: boolean }[] {
  const distinct = [...new Map(modelsOf(part).map((model) => [stateKey(model), model])).values()];
  return distinct.map((model) => ({
    model,
    isAlone: distinct.filter(({ mixer, ratio }) => mixer === model.mixer && ratio === model.ratio).length === 1,
  }));
}

/** Steps that all seeds of a model have skipped. */
export function skippedBy({ cells }: Model): number {
  return cells.reduce((sum, { skipped = 0 }) => sum + skipped, 0);
}

/** The mean over lines at a value of the axis. */
export interface MeanAt {
  readonly value: AxisValue;
  readonly spread: Spread;
  readonly lines: number;
}

/** Mean over the lines at each value, seed by seed: over the lines, and the seeds, that have a result at every value. */
export function meansOf(part: Part): MeanAt[] {
  const { x, lines } = part;
  const main = mainOf(part);
  const seedsAt = (line: Line, value: AxisValue) => modelAt(line, x, value)?.cells.map(({ seed }) => seed) ?? [];
  const complete = lines.filter((line) => x.values.every((value) => seedsAt(line, value).length > 0));
  const all = complete.flatMap((line) => x.values.flatMap((value) => seedsAt(line, value)));
  const seeds = [...new Set(all)].filter((seed) =>
    complete.every((line) => x.values.every((value) => seedsAt(line, value).includes(seed))),
  );
  if (complete.length < 2 || seeds.length === 0) return [];
  return x.values.map((value) => {
    const means = seeds.map((seed) => {
      const cells = complete.map((line) => modelAt(line, x, value)?.cells.find((cell) => cell.seed === seed));
      return cells.reduce((sum, cell) => sum + numberIn(cell as SweepCellResult, main), 0) / cells.length;
    });
    return { value, spread: spreadOf(means) as Spread, lines: complete.length };
  });
}

/** `mixers`, or `models` where a mixer has several lines. */
export const linesText = ({ lines }: Part): string =>
  new Set(lines.map(({ models: [{ mixer }] }) => mixer)).size === lines.length ? 'mixers' : 'models';
