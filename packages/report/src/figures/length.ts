// A measure over difficulty where that goes beyond what models were trained on: a plot per value of the axis, a curve per line.
import type { ComparedMeasure } from '@twilljs/eval';
import { valueIn } from '@twilljs/sweep';
import { valueText } from '../axis.ts';
import type { Picture } from '../document.ts';
import { betterText, difficultiesOf, isClosed, type Model, modelAt, type Part, shortText } from '../part.ts';
import { spreadOf, spreadText } from '../text/stats.ts';
import { lineColors, soft } from '../theme.ts';
import { type Curve, domainOf, linesSpec } from './lines.ts';

/** @param measure one by difficulty. None where models were trained on the greatest. */
export function byLength(part: Part, measure: ComparedMeasure): Picture[] {
  const { x: axis, full, task, data } = part;
  const difficulties = difficultiesOf(part, measure);
  const trained = Number(data[task.axis.field]);
  if (!(Math.max(...difficulties) > trained)) return [];
  const of = (model: Model | undefined, name: string, color: string): Curve[] => {
    const points = difficulties.flatMap((at) => {
      const found = (model?.cells ?? []).map((cell) => (valueIn(cell, measure) as Record<number, number> | null)?.[at]);
      const spread = spreadOf(found.filter((value) => Number.isFinite(value)) as number[]);
      return spread ? [{ x: String(at), spread }] : [];
    });
    return points.length > 0 ? [{ name, color, points }] : [];
  };
  const beside = full.flatMap((model) => of(model, shortText(part, model), soft));
  const drawn = axis.values.map((value) => [
    ...[...lineColors(part)].flatMap(([line, color]) => of(modelAt(line, axis, value), line.name, color)),
    ...beside,
  ]);
  const domain = isClosed(measure) ? measure.range : domainOf(drawn.flat());
  return axis.values.flatMap((value, i): Picture[] => {
    const curves = drawn[i];
    if (curves.length === 0) return [];
    const told = curves.map(({ name, points }) => {
      return `${name}: ${points.map(({ x, spread }) => `${x}: ${spreadText(spread)}`).join(', ')}`;
    });
    return [
      {
        title: valueText(axis, value),
        description: `Trained on ${trained}. ${told.join('; ')}`,
        spec: linesSpec({
          x: { title: task.axis.unit, scale: 'ordinal', values: difficulties.map(String) },
          yTitle: `${measure.title}${betterText(measure)}`,
          ...{ curves, mean: null, rules: [], marks: { name: 'trained', at: [String(trained)] } },
          ...(domain && { domain }),
        }),
      },
    ];
  });
}
