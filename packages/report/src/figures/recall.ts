// Recall: a row per mixer, a dot per seed for every weave, the Transformer and chance as lines.
import type { TopLevelSpec } from 'vega-lite';
import type { Figure } from '../document.ts';
import { measureOf, mixersOf, modelAt, mostPairs, type Part, ratiosOf, ratioText, resultOf } from '../parts.ts';
import { fixed, spreadText } from '../text/stats.ts';
import { card, ratioColor, rule, soft } from '../theme.ts';
import { chanceOf } from '../words.ts';
import { ratioKeys } from './keys.ts';

const ROW = 17;

export function recallFigure(part: Part): Figure {
  const ratios = ratiosOf(part);
  const mixers = mixersOf(part);
  const height = mixers.length * (ratios.length * ROW + 12);
  const at = mixers.flatMap(({ mixer, family }) =>
    ratios.flatMap((ratio) => {
      const model = modelAt(part, mixer, ratio);
      return model ? [{ model, family, weave: ratioText(ratio), color: ratioColor(part, ratio) }] : [];
    }),
  );
  const dots = at.flatMap(({ model, ...row }) => model.cells.map((cell) => ({ ...row, value: measureOf(part, cell) })));
  const spans = at.map(({ model, ...row }) => ({ ...row, ...resultOf(part, model) }));
  const full = resultOf(part, part.transformer);
  // Two names fit above the plot where they point away from each other.
  const isLow = full !== null && full.mean < 0.5;
  const lines = [
    { value: chanceOf(part), label: 'chance', align: isLow ? 'right' : 'left' },
    ...(full ? [{ value: full.mean, label: `Transformer ${fixed(full.mean)}`, align: isLow ? 'left' : 'right' }] : []),
  ];
  const y = { field: 'family', type: 'nominal', sort: null, axis: { title: null, labelFontSize: 12, grid: false } };
  const band = { ...y, scale: { domain: mixers.map(({ family }) => family), paddingInner: 0.2, paddingOuter: 0.1 } };
  const yOffset = { field: 'weave', type: 'nominal', scale: { domain: ratios.map(ratioText) } };
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain: [0, 1] },
    axis: { title: `accuracy at ${mostPairs(part)} pairs`, format: '.1f', tickCount: 5 },
  });
  const color = { field: 'color', type: 'nominal', scale: null };
  const separators = mixers.slice(1).map(({ family }) => ({ family }));
  return {
    title: `Accuracy at ${mostPairs(part)} pairs, a dot per seed`,
    keys: ratioKeys(part, 'dot'),
    description: [
      ...spans.map(
        ({ family, weave, mean, low, high, count }) =>
          `${family} ${weave}: ${mean === undefined ? 'no result' : spreadText({ mean, low: low as number, high: high as number, count: count as number })}`,
      ),
      ...lines.map(({ label, value }) => (label === 'chance' ? `chance: ${fixed(value)}` : label)),
    ].join('; '),
    spec: {
      width: 250,
      height,
      layer: [
        {
          data: { values: separators },
          mark: { type: 'rule', stroke: rule, strokeWidth: 1 },
          encoding: { y: { ...band, bandPosition: -0.1 }, x: { value: -70 }, x2: { value: 250 } },
        },
        {
          data: { values: lines },
          mark: { type: 'rule', stroke: soft, strokeDash: [4, 3], strokeWidth: 1.2 },
          encoding: { x: x('value') },
        },
        ...(['left', 'right'] as const).map((align) => ({
          data: { values: lines.filter((line) => line.align === align) },
          mark: { type: 'text', align, baseline: 'bottom', fill: soft, dy: -3 },
          encoding: { x: x('value'), y: { value: 0 }, text: { field: 'label' } },
        })),
        {
          data: { values: spans.filter(({ count }) => (count ?? 0) > 1) },
          mark: { type: 'rule', strokeWidth: 1.4, opacity: 0.7 },
          encoding: { y: band, yOffset, x: x('low'), x2: { field: 'high' }, stroke: color },
        },
        {
          data: { values: dots },
          mark: { type: 'circle', size: 62, opacity: 0.92, stroke: card, strokeWidth: 1 },
          encoding: { y: band, yOffset, x: x('value'), fill: color },
        },
      ],
    } as unknown as TopLevelSpec,
  };
}
