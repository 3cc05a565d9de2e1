// What is found, by the size of a document and the depth of the answer in it: a map for each model and task.
import { elevenDepths } from '@twilljs/eval';
import type { Block, Picture } from '../document.ts';
import { fixed, meanOf } from '../text/stats.ts';
import { rule } from '../theme.ts';
import type { ComparedModel } from './compared.ts';
import { modelColor } from './size-curves.ts';
import { type SizedTask, sizeText } from './sizes.ts';

/** Maps in one report, at most. */
const MOST = 24;

/** Pixels of a map. */
const [WIDTH, HEIGHT] = [200, 154];

/** None where no task has documents with one answer each. */
export function heatMaps(models: readonly ComparedModel[], tasks: readonly SizedTask[]): Block[] {
  const maps = tasks.flatMap((task) =>
    models.flatMap((model, i) => {
      const cells = cellsOf(task, i);
      const name = models.length > 1 ? `${task.name}, ${model.name}` : task.name;
      return cells.length > 0 ? [mapOf(name, task, cells, modelColor(i))] : [];
    }),
  );
  if (maps.length === 0) return [];
  const left = maps.length > MOST ? ` ${maps.length - MOST} more are not drawn.` : '';
  return [
    {
      kind: 'pictures',
      small: true,
      caption:
        'Where the answer stands in its document, to the nearest ten percent, by size: the fuller the colour, the more is found; an empty ' +
        `frame: nothing is found there; no frame: there is no such document.${left}`,
      pictures: maps.slice(0, MOST),
    },
  ];
}

interface HeatCell {
  readonly size: string;
  readonly depth: number;
  readonly value: number;
  readonly n: number;
}

function cellsOf({ figures }: SizedTask, model: number): HeatCell[] {
  return figures.flatMap(({ metric, places }) =>
    elevenDepths.flatMap((depth) => {
      const own = (places[model] ?? []).filter((place) => Math.round(place.depth / 10) * 10 === depth);
      if (own.length === 0) return [];
      return [{ size: sizeText(metric), depth, value: meanOf(own.map(({ value }) => value)), n: own.length }];
    }),
  );
}

function mapOf(title: string, { unit, figures }: SizedTask, cells: readonly HeatCell[], color: string): Picture {
  return {
    title,
    description: cells.map(({ size, depth, value, n }) => `${size} at ${depth} %: ${fixed(value)} of ${n}`).join('; '),
    spec: {
      title: { text: title, anchor: 'start', fontSize: 12, color: 'var(--ink)', offset: 6, limit: 230 },
      width: WIDTH,
      height: HEIGHT,
      data: { values: cells },
      mark: { type: 'rect', fill: color, stroke: rule, strokeWidth: 1 },
      encoding: {
        x: {
          ...{ field: 'size', type: 'ordinal', sort: figures.map(({ metric }) => sizeText(metric)) },
          axis: { title: unit, labelAngle: 0, grid: false },
        },
        y: {
          ...{ field: 'depth', type: 'ordinal', scale: { domain: elevenDepths } },
          axis: { title: 'depth, %', grid: false, values: [0, 20, 40, 60, 80, 100] },
        },
        fillOpacity: { field: 'value', type: 'quantitative', scale: { domain: [0, 1], range: [0, 1] }, legend: null },
      },
    },
  };
}
