// A thin line per model over an axis, a bold one for their mean, dashed ones for what stands beside it; names at the right.
import type { Axis } from '../axis.ts';
import type { Picture } from '../document.ts';
import type { Spread } from '../text/stats.ts';
import { ink, rule, soft } from '../theme.ts';
import { type Label, placeLabels } from './place-labels.ts';

/** Points in the order of the axis. */
export interface Curve {
  readonly name: string;
  readonly color: string;
  readonly points: readonly { readonly x: string | number; readonly spread: Spread }[];
}

export interface LinesOptions {
  readonly x: { readonly title: string; readonly scale: Axis['scale']; readonly values: readonly (string | number)[] };
  readonly yTitle: string;
  readonly curves: readonly Curve[];
  readonly mean: Curve | null;
  /** Across the whole plot, dashed. */
  readonly rules: readonly { readonly name: string; readonly spread: Spread }[];
  /** Places of the x axis that stand out. */
  readonly marks?: { readonly name: string; readonly at: readonly string[] };
  /** Points above all numbers, at the upper end. */
  readonly endless?: readonly { readonly name: string; readonly x: string; readonly color: string }[];
  /** Of the y axis. */
  readonly scale?: 'log';
  /** Ends of the y axis; from the data where it is missing. */
  readonly domain?: readonly [number, number];
}

const [WIDTH, HEIGHT, LABEL] = [228, 250, 13];

export function linesSpec(options: LinesOptions): Picture['spec'] {
  const { x, yTitle, curves, mean, rules, domain, scale, marks: columns, endless = [] } = options;
  const marks = rules.map(({ name, spread }) => ({ name, value: spread.mean }));
  const [low, high] = domain ?? domainOf(mean ? [...curves, mean] : curves, ...marks.map(({ value }) => value));
  const rows = (from: readonly Curve[]) =>
    from.flatMap(({ name, color, points }) => points.map(({ x, spread }) => ({ x, name, color, ...spread })));
  const above = new Map(endless.map(({ name, color }) => [name, { text: name, color, at: high }]));
  for (const { name, points } of curves) if (points.length > 0) above.delete(name);
  const ends = [...labelsOf(mean ? [...curves, mean] : curves, marks), ...above.values()];
  const height = Math.max(HEIGHT, LABEL * ends.length);
  const labels = labelPlaces(ends, [low, high], LABEL / height, scale);
  const y = (field: string) => ({
    field,
    type: 'quantitative' as const,
    scale: { domain: [low, high], nice: false, ...(scale ? { type: scale } : { zero: false }) },
    axis: { title: yTitle, tickCount: 6 },
  });
  const xAxis = acrossOf(x);
  const stroke = { field: 'color', type: 'nominal' as const, scale: null };
  return {
    width: WIDTH,
    height,
    layer: [
      {
        data: { values: (columns?.at ?? []).map((x) => ({ x })) },
        mark: { type: 'rule', strokeDash: [2, 3], stroke: soft, strokeWidth: 1 },
        encoding: { x: xAxis },
      },
      {
        data: { values: (columns?.at ?? []).slice(0, 1).map((x) => ({ x, name: columns?.name })) },
        mark: { type: 'text', baseline: 'bottom', fill: soft, dy: -3, clip: false },
        encoding: { x: xAxis, y: { value: 0 }, text: { field: 'name' } },
      },
      {
        data: { values: marks.map(({ value }) => ({ value })) },
        mark: { type: 'rule', strokeDash: [5, 4], stroke: soft, strokeWidth: 1.5 },
        encoding: { y: y('value') },
      },
      {
        data: { values: rows(curves).filter(({ count }) => count > 1) },
        mark: { type: 'rule', strokeWidth: 1.2, opacity: 0.55 },
        encoding: { x: xAxis, y: y('low'), y2: { field: 'high' }, stroke },
      },
      {
        data: { values: rows(curves) },
        mark: { type: 'line', strokeWidth: 1.6 },
        encoding: { x: xAxis, y: y('mean'), stroke, detail: { field: 'name' } },
      },
      {
        data: { values: rows(curves) },
        mark: { type: 'circle', size: 28, opacity: 1 },
        encoding: { x: xAxis, y: y('mean'), fill: stroke },
      },
      {
        data: { values: endless },
        mark: { type: 'text', baseline: 'top', fontSize: 15, clip: false },
        encoding: { x: xAxis, y: { value: 0 }, text: { value: '∞' }, fill: stroke },
      },
      {
        data: { values: rows(mean ? [mean] : []) },
        mark: { type: 'line', strokeWidth: 4, stroke: ink, strokeCap: 'round' },
        encoding: { x: xAxis, y: y('mean') },
      },
      {
        data: { values: labels.map(({ at, place }) => ({ at, place })) },
        mark: { type: 'rule', stroke: rule, strokeWidth: 1, clip: false },
        encoding: { x: { value: WIDTH }, x2: { value: WIDTH + 8 }, y: y('at'), y2: { field: 'place' } },
      },
      {
        data: { values: labels.map(({ text, color, place }) => ({ text, color, place })) },
        mark: { type: 'text', align: 'left', baseline: 'middle', clip: false },
        encoding: { x: { value: WIDTH + 11 }, y: y('place'), text: { field: 'text' }, fill: stroke },
      },
    ],
  };
}

/** Labels apart from each other on the axis as it is drawn. @param part of its length that one takes. */
function labelPlaces(
  ends: readonly Label[],
  [low, high]: readonly [number, number],
  part: number,
  scale: LinesOptions['scale'],
): ReturnType<typeof placeLabels> {
  const [there, back] = scale === 'log' ? [Math.log, Math.exp] : [Number, Number];
  const [least, most] = [there(low), there(high)];
  const moved = ends.map((label) => ({ ...label, at: there(label.at) }));
  const placed = placeLabels(moved, (most - least) * part, [least, most]);
  return placed.map((label) => ({ ...label, at: back(label.at), place: back(label.place) }));
}

/** Categories side by side, or numbers where they belong. */
function acrossOf({ title, scale, values }: LinesOptions['x']) {
  if (scale === 'ordinal') {
    const ordinal = { field: 'x', type: 'ordinal' as const, scale: { domain: [...values], padding: 0.35 } };
    return { ...ordinal, axis: { title, labelAngle: 0, grid: false } };
  }
  const [first, last] = [Number(values[0]), Number(values.at(-1))];
  const [part, factor] = [0.05 * (last - first), (last / first) ** 0.05];
  const domain = scale === 'log' ? [first / factor, last * factor] : [first - part, last + part];
  return {
    field: 'x',
    type: 'quantitative' as const,
    scale: { type: scale, domain, nice: false, ...(scale === 'linear' && { zero: false }) },
    axis: { title, values: [...values], format: '~g', grid: false },
  };
}

function labelsOf(curves: readonly Curve[], marks: readonly { name: string; value: number }[]): Label[] {
  const ends = curves.flatMap(({ name, color, points }): Label[] => {
    const last = points.at(-1);
    return last ? [{ text: name, color, at: last.spread.mean }] : [];
  });
  return [...ends, ...marks.map(({ name, value }) => ({ text: name, color: soft, at: value }))];
}

/** Round ends around all values. */
export function domainOf(
  curves: readonly { readonly points: readonly { readonly spread: Spread }[] }[],
  ...also: readonly number[]
): [number, number] {
  const spreads = curves.flatMap(({ points }) => points.map(({ spread }) => spread));
  const values = [...spreads.flatMap(({ low, high }) => [low, high]), ...also];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const step = stepOf(most - least, Math.max(Math.abs(least), Math.abs(most)));
  const round = (steps: number) => Number((steps * step).toPrecision(12));
  return [round(Math.floor(least / step - 0.2)), round(Math.ceil(most / step + 0.2))];
}

/** What the ends are multiples of: hundredths, unless the numbers are of another size. */
function stepOf(span: number, size: number): number {
  if (span > 3) return 10 ** Math.floor(Math.log10(span / 3));
  if (size < 0.05 && span > 0) return 10 ** Math.floor(Math.log10(span));
  return span > 0.3 ? 0.1 : span > 0.06 ? 0.02 : 0.01;
}
