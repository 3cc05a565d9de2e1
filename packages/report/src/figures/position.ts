// Bits per byte over the place in the window: a plot per ratio, a line per mixer. A model that uses its context falls on.
import type { PositionValue } from '@twilljs/eval';
import type { Figure } from '../document.ts';
import { type Model, mixersOf, modelAt, type Part, ratiosOf, ratioText } from '../parts.ts';
import { type Spread, spreadOf, spreadText } from '../text/stats.ts';
import { familyColor, soft } from '../theme.ts';
import { domainOf, type Line, linesSpec } from './lines.ts';

/** None where a cell was measured without positions. */
export function positionFigures(part: Part): Figure[] {
  const ratios = ratiosOf(part);
  const drawn = ratios.map((ratio) => [
    ...mixersOf(part).flatMap(({ mixer, family }, i) => lineOf(modelAt(part, mixer, ratio), family, familyColor(i))),
    ...lineOf(part.transformer ?? undefined, 'Transformer', soft),
  ]);
  const domain = domainOf(drawn.flat());
  return ratios.flatMap((ratio, i): Figure[] => {
    const lines = drawn[i];
    if (lines.length === 0) return [];
    const x = lines[0].points.map((point) => point.x);
    return [
      {
        title: ratio === 'pure' ? 'pure' : `${ratioText(ratio)} softmax`,
        description: lines
          .map(({ name, points }) => `${name}: ${points.map((p) => `${p.x}: ${spreadText(p.spread)}`).join(', ')}`)
          .join('; '),
        spec: linesSpec({
          ...{ x, xTitle: 'position in the window, from', yTitle: 'bits per byte (lower is better)' },
          ...{ lines, mean: null, transformer: null, domain },
        }),
      },
    ];
  });
}

function lineOf(model: Model | undefined, name: string, color: string): Line[] {
  const curves =
    model?.cells.flatMap(({ bitsByPosition }) => (bitsByPosition ? [bitsByPosition as PositionValue[]] : [])) ?? [];
  if (curves.length === 0) return [];
  const at = ({ from }: PositionValue) =>
    curves.flatMap((curve) => curve.find((part) => part.from === from)?.bitsPerByte ?? []);
  const points = curves[0].map((part) => ({ x: String(part.from + 1), spread: spreadOf(at(part)) as Spread }));
  return [{ name, color, points }];
}
