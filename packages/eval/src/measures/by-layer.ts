// What is found in each layer of a model: how such a measure is made.
import type { Batch } from '@twilljs/data';
import type { JsonObject } from '@twilljs/hub';
import { type Data, OptionError, shown, type Tensor } from '@twilljs/tensor';
import { type LayerPass, layerPasses } from '../inside/passes.ts';
import { type ComparedMeasure, fixed, INFINITE, type LayerValue, type Probe } from '../measure.ts';

/** Tokens that are looked at: gates and norms are means over all of them, and do not change with more. */
const TOKENS = 8192;

/** A part of the rows, as a layer has seen it. */
export interface LayerPart {
  readonly tokens: number;
  /** Values of the tensors that were looked at, or what was kept of them. */
  readonly found: readonly Data[];
}

/** What `layerMeasure` makes a measure of. */
export interface LayerMeasureParts
  extends Pick<ComparedMeasure, 'name' | 'title' | 'about' | 'range' | 'scale'>,
    Partial<Pick<ComparedMeasure, 'better'>> {
  /** What is to be read of a layer while rows run through it; null where the layer has no such thing. */
  look(pass: LayerPass): readonly Tensor[] | null;
  /** What is kept of a part until all have run, where it is large. Default: all that was read. */
  keep?(part: LayerPart): readonly Data[];
  /** The number of a layer from all parts of the rows. Default: the mean of all that was read, tokens counting the same. */
  value?(parts: readonly LayerPart[]): number;
}

/**
 * A measure with a number for each layer: null where a layer has no such thing, `"infinite"` for a number without end. It is taken on the
 * first rows of the hardest set, 8192 tokens of them, or one row where that is longer.
 *
 * @example
 * export default layerMeasure({ name: 'stream', title: 'mean square of the stream', look: ({ after }) => [after.mul(after).mean()] });
 */
export function layerMeasure(given: LayerMeasureParts): ComparedMeasure {
  const { look, keep = ({ found }) => found, value = meanOfParts, better = null, ...own } = given;
  const { name, title } = own;
  if (typeof look !== 'function') {
    throw new OptionError(
      `layerMeasure: look is ${shown(look)}; give a function of a layer, which returns tensors or null.`,
    );
  }
  const valuesIn = (measurement: JsonObject) =>
    Array.isArray(measurement[name]) ? (measurement[name] as unknown as LayerValue[]) : undefined;
  return {
    ...own,
    kind: 'byLayer',
    better,
    async compute(model, { sets }) {
      const parts = model.config.layers.map((): LayerPart[] => []);
      const rows = sampleOf(sets);
      for await (const { layer, tokens, found } of layerPasses(model, rows, look)) {
        if (found) parts[layer].push({ tokens, found: keep({ tokens, found }) });
      }
      let notFinite: string | null = null;
      const values = model.config.layers.map(({ family }, layer): LayerValue => {
        const number = parts[layer].length > 0 ? value(parts[layer]) : null;
        if (number !== null && typeof number !== 'number') {
          throw new OptionError(`measure ${name}: value gives ${shown(number)} where a number is needed; correct it.`);
        }
        if (Number.isNaN(number)) notFinite ??= `${title} of layer ${layer}`;
        return { layer, mixer: family.name, role: family.role, value: inJson(number) };
      });
      return { [name]: values as unknown as JsonObject[], notFinite };
    },
    value: valuesIn,
    lines(measurement) {
      const texts = (valuesIn(measurement) ?? []).map(({ value }) => valueText(value));
      return [`${title.padEnd(12)} ${texts.join('  ')}  (layer by layer)`];
    },
  };
}

/** Of a layer, as it is told. */
const valueText = (value: LayerValue['value']): string =>
  value === null ? '–' : value === INFINITE ? '∞' : fixed(value);

const inJson = (x: number | null): LayerValue['value'] => (x === Number.POSITIVE_INFINITY ? INFINITE : x);

/** The first rows of the hardest set. */
function sampleOf(sets: Probe['sets']): Batch {
  const { inputs, labels, B, T, ranges } = sets[sets.length - 1].rows;
  const rows = Math.min(B, Math.max(1, Math.floor(TOKENS / T)));
  const inside = ranges && { ranges: ranges.filter((_, i) => ranges[i | 1] <= rows * T) };
  return { inputs: inputs.subarray(0, rows * T), labels: labels.subarray(0, rows * T), B: rows, T, ...inside };
}

/** The one in the middle, or the mean of the two there. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** The mean of all that was read; every token counts the same. */
export function meanOfParts(parts: readonly LayerPart[]): number {
  const means = meansOfParts(parts);
  return means.reduce((sum, x) => sum + x, 0) / means.length;
}

/** The same, number by number: what `look` read of each part, all its tensors one after the other. */
export function meansOfParts(parts: readonly LayerPart[]): Float64Array {
  const all = parts.reduce((sum, { tokens }) => sum + tokens, 0);
  const means = new Float64Array(parts[0].found.reduce((n, { length }) => n + length, 0));
  for (const { tokens, found } of parts) {
    let at = 0;
    for (const values of found) for (const x of values) means[at++] += (tokens / all) * x;
  }
  return means;
}
