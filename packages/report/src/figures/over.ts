// What models are compared by, over the axis of their part; and what others found in the same form.
import type { Ratio } from '@twilljs/hybrid';
import type { Picture } from '../document.ts';
import type { Reference, ReferenceTable } from '../options.ts';
import {
  betterText,
  isClosed,
  linesText,
  mainOf,
  meansOf,
  modelAt,
  type Part,
  ratioText,
  resultOf,
  shortText,
} from '../part.ts';
import { single, spreadText } from '../text/stats.ts';
import { ink, lineColors } from '../theme.ts';
import { type Curve, linesSpec } from './lines.ts';

/** @param where the models are compared, for the axis. */
export function over(part: Part, title: string, where = ''): Picture {
  const { x } = part;
  const main = mainOf(part);
  const curves = [...lineColors(part)].map(
    ([line, color]): Curve => ({
      name: line.name,
      color,
      points: x.values.flatMap((value) => {
        const spread = resultOf(part, modelAt(line, x, value));
        return spread ? [{ x: value.at ?? value.text, spread }] : [];
      }),
    }),
  );
  const means = meansOf(part);
  const name = `mean of ${means[0]?.lines}${linesText(part) === 'mixers' ? '' : ' models'}`;
  const mean = meanCurve(
    name,
    means.map(({ value, spread }) => ({ x: value.at ?? value.text, spread })),
  );
  const rules = part.full.flatMap((model) => {
    const spread = resultOf(part, model);
    return spread ? [{ name: shortText(part, model), spread }] : [];
  });
  return {
    title,
    description: `${main.title} by ${x.title}. ${described([...curves, ...(mean ? [mean] : [])])}${rules.map((rule) => `; ${rule.name}: ${spreadText(rule.spread)}`).join('')}`,
    spec: linesSpec({
      x: { ...x, values: x.values.map(({ at, text }) => at ?? text) },
      yTitle: `${main.title}${where}${betterText(main)}`,
      curves,
      mean,
      rules,
      ...(isClosed(main) && { domain: main.range }),
    }),
  };
}

/** @param part decides colours and names, so that a mixer looks the same in both. */
export function elsewhere({ ratios }: Reference, table: ReferenceTable, part: Part): Picture {
  const own = [...lineColors(part)].map(([{ models }, color]) => ({ model: models[0], color }));
  const curves = own.flatMap(({ model, color }, i): Curve[] => {
    if (own.findIndex((other) => other.model.mixer === model.mixer) < i) return [];
    const row = table.rows[model.mixer];
    return row ? [{ name: model.family, color, points: pointsAt(ratios, row) }] : [];
  });
  const mean = meanCurve(`mean of ${Object.keys(table.rows).length}`, pointsAt(ratios, table.mean));
  return {
    title: table.title,
    description: `${table.unit}. ${described([...curves, ...(mean ? [mean] : [])])}`,
    spec: linesSpec({
      x: { title: 'softmax layers', scale: 'ordinal', values: ratios.map(ratioText) },
      yTitle: table.unit.split(',')[0],
      curves,
      mean,
      rules: table.full ? [{ name: table.full.name, spread: single(table.full.value) }] : [],
    }),
  };
}

function pointsAt(ratios: readonly Ratio[], values: readonly number[]): Curve['points'] {
  return values.map((value, i) => ({ x: ratioText(ratios[i]), spread: single(value) }));
}

function meanCurve(name: string, points: Curve['points']): Curve | null {
  return points.length > 0 ? { name, color: ink, points } : null;
}

function described(curves: readonly Curve[]): string {
  return curves
    .map(({ name, points }) => `${name}: ${points.map(({ x, spread }) => `${x} ${spreadText(spread)}`).join(', ')}`)
    .join('; ');
}
