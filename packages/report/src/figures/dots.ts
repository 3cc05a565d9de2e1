// A row per line, a dot per seed for every value of the axis, models that stand beside it and chance as lines.
import type { Picture } from '../document.ts';
import { betterText, isClosed, mainOf, modelAt, numberIn, type Part, resultOf, shortText, whereText } from '../part.ts';
import { capital, fixed, spreadText } from '../text/stats.ts';
import { card, rule, soft, valueColor } from '../theme.ts';
import { chanceOf } from '../words.ts';
import { valueKeys } from './keys.ts';
import { domainOf } from './lines.ts';

const [WIDTH, ROW] = [250, 17];

const LETTER = 12;

/** Room for 26 letters beside the plot, as Vega guesses their widths. */
const NAME = 26 * 0.8 * LETTER;

/** What follows the mixer in a name stands below it. */
const BREAK = "[slice(datum.label, 0, indexof(datum.label, ', ')), slice(datum.label, indexof(datum.label, ', ') + 2)]";

export function dots(part: Part): Picture {
  const { x: axis, lines } = part;
  const main = mainOf(part);
  const height = lines.length * (axis.values.length * ROW + 12);
  const at = lines.flatMap((line) =>
    axis.values.flatMap((value) => {
      const model = modelAt(line, axis, value);
      return model ? [{ model, line: line.name, value, color: valueColor(axis, value) }] : [];
    }),
  );
  const points = at.flatMap(({ model, line, value: { text }, color }) =>
    model.cells
      .map((cell) => ({ line, text, color, value: numberIn(cell, main) }))
      .filter(({ value }) => Number.isFinite(value)),
  );
  const spans = at.map(({ model, line, value: { text }, color }) => ({ line, text, color, ...resultOf(part, model) }));
  const marks = marksOf(part);
  const domain = isClosed(main)
    ? main.range
    : domainOf(
        [{ points: points.map(({ value }) => ({ spread: { mean: value, low: value, high: value, count: 1 } })) }],
        ...marks.map(({ value }) => value),
      );
  const y = {
    field: 'line',
    type: 'nominal',
    sort: null,
    axis: {
      ...{ title: null, labelFontSize: LETTER, labelLimit: NAME, grid: false },
      ...(lines.every(({ name }) => name.includes(', ')) && { labelExpr: BREAK }),
    },
  };
  const band = { ...y, scale: { domain: lines.map(({ name }) => name), paddingInner: 0.2, paddingOuter: 0.1 } };
  const yOffset = { field: 'text', type: 'nominal', scale: { domain: axis.values.map(({ text }) => text) } };
  const title = `${main.title}${whereText(part)}${betterText(main)}`;
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain, ...(!isClosed(main) && { zero: false, nice: false }) },
    axis: { title, tickCount: 5, ...(isClosed(main) && { format: '.1f' }) },
  });
  const color = { field: 'color', type: 'nominal', scale: null };
  const separators = lines.slice(1).map(({ name }) => ({ line: name }));
  return {
    title: `${capital(main.title)}${whereText(part)}, a dot per seed`,
    keys: valueKeys(axis, 'dot'),
    description: [
      ...spans.map(
        ({ line, text, mean, low, high, count }) =>
          `${line} ${text}: ${mean === undefined ? 'no result' : spreadText({ mean, low: low as number, high: high as number, count: count as number })}`,
      ),
      ...marks.map(({ label, value }) => (label === 'chance' ? `chance: ${fixed(value)}` : label)),
    ].join('; '),
    spec: {
      width: WIDTH,
      height,
      layer: [
        {
          data: { values: separators },
          mark: { type: 'rule', stroke: rule, strokeWidth: 1 },
          encoding: { y: { ...band, bandPosition: -0.1 }, x: { value: -70 }, x2: { value: WIDTH } },
        },
        {
          data: { values: marks },
          mark: { type: 'rule', stroke: soft, strokeDash: [4, 3], strokeWidth: 1.2 },
          encoding: { x: x('value') },
        },
        ...(['left', 'right'] as const).map((align) => ({
          data: { values: marks.filter((mark) => mark.align === align) },
          mark: { type: 'text', align, baseline: 'bottom', fill: soft, dy: -3 },
          encoding: { x: x('value'), y: { value: 0 }, text: { field: 'label' } },
        })),
        {
          data: { values: spans.filter(({ count }) => (count ?? 0) > 1) },
          mark: { type: 'rule', strokeWidth: 1.4, opacity: 0.7 },
          encoding: { y: band, yOffset, x: x('low'), x2: { field: 'high' }, stroke: color },
        },
        {
          data: { values: points },
          mark: { type: 'circle', size: 62, opacity: 0.92, stroke: card, strokeWidth: 1 },
          encoding: { y: band, yOffset, x: x('value'), fill: color },
        },
      ],
    },
  };
}

interface Mark {
  readonly value: number;
  readonly label: string;
  readonly align: 'left' | 'right';
}

/** From this share of the axis on, two names have room between their lines. */
const ROOM = 0.6;

/** Chance, and the first of the models beside the axis: two names fit above the plot, between their lines or outside of them. */
function marksOf(part: Part): Mark[] {
  const chance = chanceOf(part);
  const [model] = part.full;
  const full = resultOf(part, model);
  const value = full?.mean ?? Number.POSITIVE_INFINITY;
  const [least, most] = mainOf(part).range ?? [0, 0];
  const gap = (value - (chance ?? value)) / (most - least);
  const isBetween = Math.abs(gap) > ROOM;
  const [lower, upper] = isBetween ? (['left', 'right'] as const) : (['right', 'left'] as const);
  return [
    ...(chance === null ? [] : [{ value: chance, label: 'chance', align: gap < 0 ? upper : lower }]),
    ...(full ? [{ value, label: `${shortText(part, model)} ${fixed(value)}`, align: gap < 0 ? lower : upper }] : []),
  ];
}
