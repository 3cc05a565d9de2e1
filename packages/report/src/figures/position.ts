// A measure over the place in a row: a plot per value of the axis, a curve per line. A model that uses its context falls on.
import type { ComparedMeasure, PositionValue } from '@twilljs/eval';
import { valueIn } from '@twilljs/sweep';
import { valueText } from '../axis.ts';
import type { Picture } from '../document.ts';
import { betterText, type Model, modelAt, type Part, shortText } from '../part.ts';
import { type Spread, spreadOf, spreadText } from '../text/stats.ts';
import { lineColors, soft } from '../theme.ts';
import { type Curve, domainOf, linesSpec } from './lines.ts';

/** @param measure one by position. None where no cell was measured by it. */
export function byPosition(part: Part, measure: ComparedMeasure): Picture[] {
  const { x: axis, full } = part;
  const beside = full.flatMap((model) => curveOf(model, measure, shortText(part, model), soft));
  const drawn = axis.values.map((value) => [
    ...[...lineColors(part)].flatMap(([line, color]) => curveOf(modelAt(line, axis, value), measure, line.name, color)),
    ...beside,
  ]);
  const domain = domainOf(drawn.flat());
  return axis.values.flatMap((value, i): Picture[] => {
    const curves = drawn[i];
    if (curves.length === 0) return [];
    return [
      {
        title: valueText(axis, value),
        description: curves
          .map(({ name, points }) => `${name}: ${points.map((p) => `${p.x}: ${spreadText(p.spread)}`).join(', ')}`)
          .join('; '),
        spec: linesSpec({
          x: { title: 'position in the window, from', scale: 'ordinal', values: curves[0].points.map(({ x }) => x) },
          yTitle: `${itemTitle(part, measure)}${betterText(measure)}`,
          ...{ curves, mean: null, rules: [], domain },
        }),
      },
    ];
  });
}

/** Its numbers may be those of another measure, which has the name for them. */
const itemTitle = ({ measures }: Part, measure: ComparedMeasure): string =>
  (measures.find(({ name }) => name === measure.item) ?? measure).title;

function curveOf(model: Model | undefined, measure: ComparedMeasure, name: string, color: string): Curve[] {
  const found = (model?.cells ?? []).map(
    (cell) => valueIn(cell, measure) as readonly PositionValue[] | null | undefined,
  );
  const curves = found.filter((curve) => curve !== null && curve !== undefined);
  if (curves.length === 0) return [];
  const item = measure.item ?? measure.name;
  const at = (from: number) => curves.flatMap((curve) => curve.find((part) => part.from === from)?.[item] ?? []);
  const points = curves[0].map(({ from }) => ({ x: String(from + 1), spread: spreadOf(at(from)) as Spread }));
  return [{ name, color, points }];
}
