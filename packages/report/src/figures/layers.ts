// A measure over the layers of models: a plot per value of the axis, a curve per line, and where softmax layers stand among linear ones.
import { type ComparedMeasure, INFINITE, type LayerValue } from '@twilljs/eval';
import { valueIn } from '@twilljs/sweep';
import { valueText } from '../axis.ts';
import type { Block, Picture } from '../document.ts';
import { betterText, type Model, modelAt, modelsOf, modelText, type Part, shortText } from '../part.ts';
import { capital, type Spread, spreadOf, spreadText } from '../text/stats.ts';
import { lineColors, soft } from '../theme.ts';
import { type Curve, domainOf, linesSpec } from './lines.ts';

/** A model, as its layers are drawn. */
export interface LayerCurve {
  readonly name: string;
  readonly color: string;
  /** Of each seed. */
  readonly found: readonly (readonly LayerValue[])[];
}

/** @param measure one by layer. None where no cell was measured by it. */
export function byLayer(part: Part, measure: ComparedMeasure): Picture[] {
  const { x: axis, full } = part;
  const of = (model: Model | undefined, name: string, color: string): LayerCurve[] => {
    const found = foundIn(model, measure);
    return found.length > 0 ? [{ name, color, found }] : [];
  };
  const beside = full.flatMap((model) => of(model, shortText(part, model), soft));
  const drawn = axis.values.map((value) => [
    ...[...lineColors(part)].flatMap(([line, color]) => of(modelAt(line, axis, value), line.name, color)),
    ...beside,
  ]);
  const domain = layerDomain(measure, drawn.flat());
  return axis.values.flatMap((value, i) => layerPictures(valueText(axis, value), measure, drawn[i], domain));
}

/** What pictures of layers show, as a table: a row per model, a column per layer. None where no cell was measured. */
export function layerTables(title: string, models: readonly Pick<LayerCurve, 'name' | 'found'>[]): Block[] {
  const rows = models.flatMap(({ name, found }) => (found.length > 0 ? [[name, ...toldBy(found)]] : []));
  if (rows.length === 0) return [];
  const count = Math.max(...rows.map(({ length }) => length - 1));
  const head = ['model', ...Array.from({ length: count }, (_, layer) => `layer ${layer}`)];
  const filled = rows.map((row) => [...row, ...Array<string>(count + 1 - row.length).fill('')]);
  return [{ kind: 'table', caption: `${title}, layer by layer; – where a layer has none.`, head, rows: filled }];
}

/** The table of a part. */
export function layersOfPart(part: Part, measure: ComparedMeasure): Block[] {
  const models = modelsOf(part).map((model) => ({ name: modelText(part, model), found: foundIn(model, measure) }));
  return layerTables(capital(measure.title), models);
}

const foundIn = (model: Model | undefined, measure: ComparedMeasure): (readonly LayerValue[])[] =>
  (model?.cells ?? [])
    .map((cell) => valueIn(cell, measure) as readonly LayerValue[] | null | undefined)
    .filter((one) => one !== null && one !== undefined);

/** None where no layer has a number. */
export function layerPictures(
  title: string,
  measure: ComparedMeasure,
  curves: readonly LayerCurve[],
  domain = layerDomain(measure, curves),
): Picture[] {
  const drawn = curves.map((curve): Curve => ({ ...curve, points: pointsOf(curve.found) }));
  const endless = curves.flatMap(({ name, color, found }) =>
    endlessIn(found).map((layer) => ({ name, color, x: String(layer) })),
  );
  if (!domain || drawn.every(({ points }) => points.length === 0)) return [];
  const count = Math.max(...curves.flatMap(({ found }) => found.map(({ length }) => length)));
  const values = Array.from({ length: count }, (_, layer) => String(layer));
  const woven = values.filter((_, layer) => curves.some(({ found }) => isWoven(found[0], layer)));
  return [
    {
      title,
      description:
        drawn.map(({ name }, i) => `${name}: ${toldBy(curves[i].found).join(', ')}`).join('; ') +
        (woven.length > 0 ? `; softmax: layer ${woven.join(', ')}` : ''),
      spec: linesSpec({
        x: { title: 'layer', scale: 'ordinal', values },
        yTitle: `${measure.title}${betterText(measure)}`,
        ...{ curves: drawn, mean: null, rules: [], domain, endless, marks: { name: 'softmax', at: woven } },
        ...(measure.scale && { scale: measure.scale }),
      }),
    },
  ];
}

/** Ends of the axis, none beyond what can be; null where there is no number. */
function layerDomain(
  { range, scale }: ComparedMeasure,
  curves: readonly LayerCurve[],
): readonly [number, number] | null {
  const points = curves.flatMap(({ found }) => pointsOf(found));
  if (points.length === 0) return null;
  if (scale === 'log') {
    const all = points.flatMap(({ spread: { low, high } }) => [low, high]).filter((x) => x > 0);
    return all.length > 0 ? [Math.min(...all) / 1.3, Math.max(...all) * 1.3] : null;
  }
  const [low, high] = domainOf([{ points }]);
  return range ? [Math.max(low, range[0]), Math.min(high, range[1])] : [low, high];
}

/** Layers that have a number in every seed. */
function pointsOf(found: LayerCurve['found']): Curve['points'] {
  return found[0].flatMap(({ layer }) => {
    const spread = spreadAt(found, layer);
    return spread ? [{ x: String(layer), spread }] : [];
  });
}

function spreadAt(found: LayerCurve['found'], layer: number): Spread | null {
  const values = found.map((layers) => layers[layer]?.value);
  return values.every((value) => typeof value === 'number') ? spreadOf(values) : null;
}

/** Layers without an end in some seed. */
const endlessIn = (found: LayerCurve['found']): number[] =>
  found[0].flatMap(({ layer }) => (found.some((layers) => layers[layer]?.value === INFINITE) ? [layer] : []));

/** Whether a softmax layer stands among linear ones. */
const isWoven = (layers: readonly LayerValue[], layer: number): boolean =>
  layers[layer]?.role === 'softmax' && layers.some(({ role }) => role === 'linear');

const toldBy = (found: LayerCurve['found']): string[] =>
  found[0].map(({ layer, value }) => (value === INFINITE ? '∞' : spreadText(spreadAt(found, layer))));
