// Shares of right answers, a row for each task: models with their intervals, published figures as small marks behind them.
import type { Benchmark } from '@twilljs/eval';
import type { Block, Key } from '../document.ts';
import { fixed } from '../text/stats.ts';
import { FAMILIES, familyColor, soft } from '../theme.ts';
import type { ComparedFigure, ComparedModel } from './compared.ts';
import { publishedOf } from './section.ts';

/** Rows in one picture, at most: the 57 subjects of a suite are in the table. */
const MOST = 24;

/** Pixels of a row, and of a model in it. */
const [ROW, MODEL] = [18, 9];

/** Null where no figure is a share. */
export function benchmarkPicture(
  models: readonly ComparedModel[],
  figures: readonly ComparedFigure[],
  known: readonly Benchmark[],
): Block | null {
  const shares = figures.filter(({ higherIsBetter, cells }) => {
    const values = cells.flatMap((cell) => (cell ? [cell.value, ...(cell.interval ?? [])] : []));
    return higherIsBetter === true && values.every((value) => value >= 0 && value <= 1);
  });
  if (shares.length === 0 || shares.length > MOST) return null;
  const labelOf = ({ task, metric }: ComparedFigure) => `${task.name} ${metric}`;
  const colors = models.map((_, i) => familyColor(i % FAMILIES));
  const marks = shares.flatMap((figure) =>
    figure.cells.flatMap((cell, i) => {
      if (!cell) return [];
      const [low, high] = cell.interval ?? [cell.value, cell.value];
      return [{ label: labelOf(figure), model: models[i].name, value: cell.value, low, high, best: cell.isBest }];
    }),
  );
  const theirs = shares.flatMap((figure) =>
    publishedOf(figure, known).flatMap(({ figures: found }) =>
      Object.values(found).map((value) => ({ label: labelOf(figure), value })),
    ),
  );
  const labels = shares.map(labelOf);
  const y = { field: 'label', type: 'nominal', sort: labels, axis: { title: null, labelLimit: 0, domain: false } };
  const x = {
    type: 'quantitative',
    scale: { domain: [0, 1] },
    axis: { title: 'share', tickCount: 5, format: '.1f' },
  };
  const domain = models.map(({ name }) => name);
  const color = { field: 'model', type: 'nominal', scale: { domain, range: colors }, legend: null };
  const offset = { field: 'model', type: 'nominal', scale: { domain, paddingInner: 0, paddingOuter: 0.5 } };
  const keys: Key[] = [
    ...models.map(({ name }, i): Key => ({ label: name, color: colors[i], mark: 'dot' })),
    ...(theirs.length > 0 ? [{ label: 'published, of other models', color: soft, mark: 'line' } as const] : []),
  ];
  const row = Math.max(ROW, MODEL * (models.length + 1));
  const picture = {
    title: 'Shares of right answers',
    description: marks.map(({ label, model, value }) => `${model}, ${label}: ${fixed(value)}`).join('; '),
    spec: {
      width: 300,
      height: { step: row, for: 'position' },
      layer: [
        ...(theirs.length > 0
          ? [
              {
                data: { values: theirs },
                mark: { type: 'tick', stroke: soft, thickness: 1, size: row * 0.7, opacity: 0.55 },
                encoding: { y, x: { ...x, field: 'value' } },
              },
            ]
          : []),
        {
          data: { values: marks },
          mark: { type: 'rule', strokeWidth: 1.6 },
          encoding: { y, yOffset: offset, x: { ...x, field: 'low' }, x2: { field: 'high' }, stroke: color },
        },
        {
          data: { values: marks },
          mark: { type: 'point', filled: true, size: 46, opacity: 1 },
          encoding: { y, yOffset: offset, x: { ...x, field: 'value' }, fill: color },
        },
      ],
    },
  };
  return {
    kind: 'pictures',
    caption: `Dots with 95 % intervals${theirs.length > 0 ? '; thin marks are what papers print of other models on the same task' : ''}.`,
    keys,
    pictures: [picture],
  };
}
