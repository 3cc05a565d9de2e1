// Loss, or recall, over the share of softmax layers; and what others found in the same form.
import type { Ratio } from '@twilljs/hybrid';
import type { Figure } from '../document.ts';
import type { Reference, ReferenceTable } from '../options.ts';
import { meansOf, mixersOf, modelAt, type Part, ratiosOf, ratioText, resultOf } from '../parts.ts';
import { type Spread, spreadText } from '../text/stats.ts';
import { familyColor, ink } from '../theme.ts';
import { type Line, linesSpec } from './lines.ts';

const X_TITLE = 'softmax layers';

/** @param title of the figure. */
export function overRatio(part: Part, title: string): Figure {
  const ratios = ratiosOf(part);
  const lines = mixersOf(part).map(
    ({ mixer, family }, i): Line => ({
      name: family,
      color: familyColor(i),
      points: ratios.flatMap((ratio) => {
        const spread = resultOf(part, modelAt(part, mixer, ratio));
        return spread ? [{ x: ratioText(ratio), spread }] : [];
      }),
    }),
  );
  const means = meansOf(part);
  const mean = meanLine(
    `mean of ${means[0]?.mixers}`,
    means.map(({ ratio, spread }) => ({ x: ratioText(ratio), spread })),
  );
  const full = resultOf(part, part.transformer);
  const isRecall = part.task === 'recall';
  const unit = isRecall ? 'accuracy' : 'bits per byte';
  return {
    title,
    description: `${unit} by softmax layers. ${described([...lines, ...(mean ? [mean] : [])])}${full ? `; Transformer: ${spreadText(full)}` : ''}`,
    spec: linesSpec({
      x: ratios.map(ratioText),
      xTitle: X_TITLE,
      yTitle: isRecall ? unit : `${unit} (lower is better)`,
      lines,
      mean,
      transformer: full && { name: 'Transformer', spread: full },
      ...(isRecall && { domain: [0, 1] as const }),
    }),
  };
}

/** @param part decides colours and names, so that a mixer looks the same in both. */
export function elsewhereOverRatio({ ratios }: Reference, table: ReferenceTable, part: Part): Figure {
  const ours = mixersOf(part);
  const lines = ours.flatMap(({ mixer, family }, i): Line[] =>
    table.rows[mixer] ? [{ name: family, color: familyColor(i), points: pointsAt(ratios, table.rows[mixer]) }] : [],
  );
  const mean = meanLine(`mean of ${Object.keys(table.rows).length}`, pointsAt(ratios, table.mean));
  const full = table.transformer;
  return {
    title: table.title,
    description: `${table.unit}. ${described([...lines, ...(mean ? [mean] : [])])}`,
    spec: linesSpec({
      x: ratios.map(ratioText),
      xTitle: X_TITLE,
      yTitle: table.unit.split(',')[0],
      lines,
      mean,
      transformer: full === null ? null : { name: 'Transformer', spread: single(full) },
    }),
  };
}

function pointsAt(ratios: readonly Ratio[], values: readonly number[]): Line['points'] {
  return values.map((value, i) => ({ x: ratioText(ratios[i]), spread: single(value) }));
}

function single(value: number): Spread {
  return { mean: value, low: value, high: value, count: 1 };
}

function meanLine(name: string, points: Line['points']): Line | null {
  return points.length > 0 ? { name, color: ink, points } : null;
}

function described(lines: readonly Line[]): string {
  return lines
    .map(({ name, points }) => `${name}: ${points.map(({ x, spread }) => `${x} ${spreadText(spread)}`).join(', ')}`)
    .join('; ');
}
