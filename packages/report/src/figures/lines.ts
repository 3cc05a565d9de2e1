// A thin line per mixer over ratios, a bold one for their mean, a dashed one for the Transformer; names at the right.
import type { TopLevelSpec } from 'vega-lite';
import type { Spread } from '../text/stats.ts';
import { ink, rule, soft } from '../theme.ts';
import { type Label, placeLabels } from './place-labels.ts';

export interface Line {
  readonly name: string;
  readonly color: string;
  readonly points: readonly { readonly x: string; readonly spread: Spread }[];
}

export interface LinesOptions {
  readonly x: readonly string[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly lines: readonly Line[];
  readonly mean: Line | null;
  readonly transformer: { readonly name: string; readonly spread: Spread } | null;
  /** Ends of the y axis; from the data where it is missing. */
  readonly domain?: readonly [number, number];
}

const [WIDTH, HEIGHT, LABEL] = [228, 250, 13];

export function linesSpec({ x, xTitle, yTitle, lines, mean, transformer, domain }: LinesOptions): TopLevelSpec {
  const [low, high] = domain ?? domainOf(mean ? [...lines, mean] : lines, transformer?.spread.mean);
  const rows = (from: readonly Line[]) =>
    from.flatMap(({ name, color, points }) => points.map(({ x, spread }) => ({ x, name, color, ...spread })));
  const labels = placeLabels(labelsOf(lines, mean, transformer), ((high - low) * LABEL) / HEIGHT, [low, high]);
  const y = (field: string) => ({
    field,
    type: 'quantitative' as const,
    scale: { domain: [low, high], zero: false, nice: false },
    axis: { title: yTitle, tickCount: 6 },
  });
  const across = { field: 'x', type: 'ordinal' as const, scale: { domain: [...x], padding: 0.35 } };
  const xAxis = { ...across, axis: { title: xTitle, labelAngle: 0, grid: false } };
  const stroke = { field: 'color', type: 'nominal' as const, scale: null };
  return {
    width: WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: { values: transformer ? [{ value: transformer.spread.mean }] : [] },
        mark: { type: 'rule', strokeDash: [5, 4], stroke: soft, strokeWidth: 1.5 },
        encoding: { y: y('value') },
      },
      {
        data: { values: rows(lines).filter(({ count }) => count > 1) },
        mark: { type: 'rule', strokeWidth: 1.2, opacity: 0.55 },
        encoding: { x: xAxis, y: y('low'), y2: { field: 'high' }, stroke },
      },
      {
        data: { values: rows(lines) },
        mark: { type: 'line', strokeWidth: 1.6 },
        encoding: { x: xAxis, y: y('mean'), stroke, detail: { field: 'name' } },
      },
      {
        data: { values: rows(lines) },
        mark: { type: 'circle', size: 28, opacity: 1 },
        encoding: { x: xAxis, y: y('mean'), fill: stroke },
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
  } as unknown as TopLevelSpec;
}

function labelsOf(lines: readonly Line[], mean: Line | null, transformer: LinesOptions['transformer']): Label[] {
  const all = mean ? [...lines, mean] : lines;
  const ends = all.map(({ name, color, points }) => ({
    text: name,
    color,
    at: points.at(-1)?.spread.mean as number,
  }));
  return transformer ? [...ends, { text: transformer.name, color: soft, at: transformer.spread.mean }] : ends;
}

/** Round ends around all values. */
export function domainOf(
  lines: readonly { readonly points: readonly { readonly spread: Spread }[] }[],
  also?: number,
): [number, number] {
  const spreads = lines.flatMap(({ points }) => points.map(({ spread }) => spread));
  const values = [...spreads.flatMap(({ low, high }) => [low, high]), ...(also === undefined ? [] : [also])];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const step = most - least > 0.3 ? 0.1 : most - least > 0.06 ? 0.02 : 0.01;
  const low = Math.floor(least / step - 0.2) * step;
  return [Number(low.toFixed(4)), Number((Math.ceil(most / step + 0.2) * step).toFixed(4))];
}
