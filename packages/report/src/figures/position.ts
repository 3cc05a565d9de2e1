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
  const of = (model: Model | undefined, name: string, color: string): Curve[] => {
    const found = (model?.cells ?? []).map(
      (cell) => valueIn(cell, measure) as readonly PositionValue[] | null | undefined,
    );
    return positionCurve(
      name,
      color,
      measure,
      found.filter((curve) => curve !== null && curve !== undefined),
    );
  };
  const beside = full.flatMap((model) => of(model, shortText(part, model), soft));
  const drawn = axis.values.map((value) => [
    ...[...lineColors(part)].flatMap(([line, color]) => of(modelAt(line, axis, value), line.name, color)),
    ...beside,
  ]);
  const domain = domainOf(drawn.flat());
  return axis.values.flatMap((value, i) => positionPictures(valueText(axis, value), part, measure, drawn[i], domain));
}

/** @param found of each seed. */
export function positionCurve(
  name: string,
  color: string,
  measure: ComparedMeasure,
  found: readonly (readonly PositionValue[])[],
): Curve[] {
  if (found.length === 0) return [];
  const item = measure.item ?? measure.name;
  const at = (from: number) => found.flatMap((curve) => curve.find((part) => part.from === from)?.[item] ?? []);
  const points = found[0].map(({ from }) => ({ x: String(from + 1), spread: spreadOf(at(from)) as Spread }));
  return [{ name, color, points }];
}

/** None where there is no curve. @param of whose numbers they are: those of one of its measures may have the name for them. */
export function positionPictures(
  title: string,
  { measures }: { readonly measures: readonly ComparedMeasure[] },
  measure: ComparedMeasure,
  curves: readonly Curve[],
  domain = domainOf(curves),
): Picture[] {
  if (curves.length === 0) return [];
  const item = measures.find(({ name }) => name === measure.item) ?? measure;
  return [
    {
      title,
      description: curves
        .map(({ name, points }) => `${name}: ${points.map((p) => `${p.x}: ${spreadText(p.spread)}`).join(', ')}`)
        .join('; '),
      spec: linesSpec({
        x: { title: 'position in the window, from', scale: 'ordinal', values: curves[0].points.map(({ x }) => x) },
        yTitle: `${item.title}${betterText(measure)}`,
        ...{ curves, mean: null, rules: [], domain },
      }),
    },
  ];
}
