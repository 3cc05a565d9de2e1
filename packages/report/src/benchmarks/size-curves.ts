// Figures over sizes, a small plot for each task: models with their intervals, published figures behind them.
import { benchmarksIn, type Suite } from '@twilljs/eval';
import type { Block, Key, Picture } from '../document.ts';
import { fixed } from '../text/stats.ts';
import { FAMILIES, familyColor, soft } from '../theme.ts';
import type { ComparedModel } from './compared.ts';
import { publishedOf } from './section.ts';
import { type SizedTask, sizeText } from './sizes.ts';

export const modelColor = (i: number): string => familyColor(i % FAMILIES);

/** None where every task has one size. */
export function sizeCurves(
  models: readonly ComparedModel[],
  tasks: readonly SizedTask[],
  suites: readonly Suite[],
): Block[] {
  const known = suites.length > 0 ? benchmarksIn(suites) : [];
  const drawn = tasks.filter(({ figures }) => figures.length > 1);
  if (drawn.length === 0) return [];
  const theirs = (task: SizedTask) =>
    task.figures.flatMap((figure) =>
      publishedOf(figure, known).flatMap(({ figures }) =>
        Object.entries(figures).map(([model, value]) => ({ size: sizeText(figure.metric), model, value })),
      ),
    );
  const keys: Key[] = [
    ...models.map(({ name }, i): Key => ({ label: name, color: modelColor(i), mark: 'line' })),
    ...(drawn.some((task) => theirs(task).length > 0)
      ? [{ label: 'published, of other models', color: soft, mark: 'dash' } as const]
      : []),
  ];
  return [
    {
      kind: 'pictures',
      small: true,
      caption: 'Shares that are found, over the size of documents, with 95 % intervals.',
      keys,
      pictures: drawn.map((task) => curvesOf(models, task, theirs(task))),
    },
  ];
}

interface PublishedPoint {
  readonly size: string;
  readonly model: string;
  readonly value: number;
}

function curvesOf(models: readonly ComparedModel[], task: SizedTask, theirs: readonly PublishedPoint[]): Picture {
  const { name, unit, figures } = task;
  const points = models.flatMap(({ name: model }, i) =>
    figures.flatMap(({ metric, cells }) => {
      const cell = cells[i];
      if (!cell) return [];
      const [low, high] = cell.interval ?? [cell.value, cell.value];
      return [{ model, size: sizeText(metric), value: cell.value, low, high }];
    }),
  );
  const x = {
    ...{ field: 'size', type: 'ordinal', sort: figures.map(({ metric }) => sizeText(metric)) },
    axis: { title: unit, labelAngle: 0, grid: false },
  };
  const y = {
    ...{ field: 'value', type: 'quantitative', scale: { domain: [0, 1] } },
    axis: { title: null, tickCount: 5, format: '.1f' },
  };
  const domain = models.map((model) => model.name);
  const color = {
    field: 'model',
    type: 'nominal',
    scale: { domain, range: domain.map((_, i) => modelColor(i)) },
    legend: null,
  };
  return {
    title: name,
    description: points.map(({ model, size, value }) => `${model} at ${size}: ${fixed(value)}`).join('; '),
    spec: {
      title: { text: name, anchor: 'start', fontSize: 12, color: 'var(--ink)', offset: 6 },
      width: 200,
      height: 120,
      layer: [
        {
          data: { values: theirs },
          mark: { type: 'line', stroke: soft, strokeWidth: 1, strokeDash: [4, 3] },
          encoding: { x, y, detail: { field: 'model', type: 'nominal' } },
        },
        {
          data: { values: points },
          mark: { type: 'rule', strokeWidth: 1.2, opacity: 0.7 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, stroke: color },
        },
        {
          data: { values: points },
          mark: { type: 'line', strokeWidth: 1.6 },
          encoding: { x, y, stroke: color },
        },
        {
          data: { values: points },
          mark: { type: 'point', filled: true, size: 36, opacity: 1 },
          encoding: { x, y, fill: color },
        },
      ],
    },
  };
}
