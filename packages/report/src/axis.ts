// What a picture is drawn over: the share of softmax layers, or a setting that the models differ in.
import type { Ratio } from '@twilljs/hybrid';
import type { Setting } from '@twilljs/sweep';
import type { Model } from './part.ts';

/** A value of an axis, and where it is drawn. */
export interface AxisValue {
  readonly key: string;
  /** As plots and heads of columns have it: `1 in 4`, `0.003`. */
  readonly text: string;
  /** Where it stands on an axis of numbers; null where it is none. */
  readonly at: number | null;
}

/** What models of a part differ in: a ratio, or an option of the grid. */
export interface Axis {
  /** `ratio`, or the name of a setting. */
  readonly name: string;
  /** Under the axis. */
  readonly title: string;
  /** In order. */
  readonly values: readonly AxisValue[];
  /** Numbers stand where they belong: by their size, or by factors. */
  readonly scale: 'ordinal' | 'linear' | 'log';
  /** The key of a model's value. */
  of(model: Pick<Model, 'ratio' | 'settings'>): string;
}

const RATIO = 'ratio';

/** From no softmax layer to the most. */
export function ratioAxis(ratios: readonly Ratio[]): Axis {
  const share = (ratio: Ratio) => (ratio === 'pure' ? 0 : 1 / Number(ratio));
  const values = [...new Set(ratios)]
    .sort((a, b) => share(a) - share(b))
    .map((ratio) => ({ key: ratio, text: ratio === 'pure' ? 'pure' : `1 in ${ratio}`, at: null }));
  return { name: RATIO, title: 'softmax layers', values, scale: 'ordinal', of: ({ ratio }) => ratio };
}

/** Values that a setting has: numbers in their order, others as they come. */
export function settingAxis(name: string, settings: readonly Setting[]): Axis {
  const distinct = [...new Set(settings)];
  const numbers = distinct.filter((value) => typeof value === 'number');
  const isNumeric = numbers.length === distinct.length;
  const ordered = isNumeric ? numbers.sort((a, b) => a - b) : distinct;
  const values = ordered.map((value) => ({
    key: String(value),
    text: String(value),
    at: isNumeric ? Number(value) : null,
  }));
  const scale = !isNumeric ? 'ordinal' : growsByFactors(numbers) ? 'log' : 'linear';
  return { name, title: name, values, scale, of: ({ settings }) => String(settings[name]) };
}

export const isRatio = ({ name }: Axis): boolean => name === RATIO;

/** A value where it stands alone: `1 in 4 softmax`, `lr 0.003`. */
export function valueText(axis: Axis, { text }: AxisValue): string {
  if (!isRatio(axis)) return `${axis.name} ${text}`;
  return text === 'pure' ? text : `${text} softmax`;
}

/** The same in a list of settings. */
export const textOf = (axis: Axis, key: string): string => `${axis.name} ${key}`;

/** Whether numbers in order are closer to equal factors than to equal differences. */
function growsByFactors(values: readonly number[]): boolean {
  if (values[0] <= 0 || values.length < 2) return false;
  if (values.length === 2) return values[1] / values[0] >= 4;
  const unevenness = (of: (value: number) => number) => {
    const gaps = values.slice(1).map((value, i) => of(value) - of(values[i]));
    return Math.max(...gaps) / Math.min(...gaps);
  };
  return unevenness(Math.log) < unevenness((value) => value);
}
