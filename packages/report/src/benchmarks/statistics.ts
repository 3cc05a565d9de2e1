// What figures of a benchmark are worth: intervals, and differences of models on the same documents.
import { OptionError, rng, whole } from '@twilljs/tensor';

/** From and to. */
export type Interval = readonly [low: number, high: number];

/** Of the normal distribution: 95 % lie within so many standard errors of the mean. */
const Z95 = 1.959963984540054;

/**
 * The 95 % score interval of a share. It stays within [0, 1] and holds for small counts too, where mean ± error does not: 0 of 10 is
 * [0, 0.278], not 0 ± 0.
 *
 * @param hits of so many, whole numbers.
 * @see Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953
 */
export function wilsonInterval(hits: number, of: number): Interval {
  whole('wilsonInterval: of', of, 1);
  whole('wilsonInterval: hits', hits, 0);
  if (hits > of) throw new OptionError(`wilsonInterval: hits is ${hits} of ${of}; give no more than there are.`);
  const share = hits / of;
  const square = Z95 ** 2 / of;
  const middle = (share + square / 2) / (1 + square);
  const half = (Z95 / (1 + square)) * Math.sqrt((share * (1 - share)) / of + square / (4 * of));
  return [hits === 0 ? 0 : Math.max(0, middle - half), hits === of ? 1 : Math.min(1, middle + half)];
}

/** What every document gives to a figure: the figure is a function of the sum of `sums` over that of `units`. */
export interface DocumentValues {
  readonly sums: Float64Array;
  readonly units: Float64Array;
}

/** How a ratio of sums becomes a figure. */
export type FigureOf = (ratio: number) => number;

/** The figure of all documents. */
export function figureIn({ sums, units }: DocumentValues, figureOf: FigureOf): number {
  return figureOf(total(sums) / total(units));
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/**
 * Paired bootstrap: figures of several models over the same resamples of their documents, so that what makes a document hard is in all
 * of them alike and drops out of a difference. A model that was trained with several seeds has a cluster of runs, which are drawn too:
 * its figure is the mean over them.
 *
 * @param models of each its runs, each with values of the same documents in the same order.
 * @param resamples how many. @param seed of the draws.
 * @returns of each model the figures of the resamples, in the same order for all.
 * @throws OptionError for a model without runs, and where numbers of documents differ.
 * @see Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 8.
 */
export function resampledFigures(
  models: readonly (readonly DocumentValues[])[],
  figureOf: FigureOf,
  resamples: number,
  seed = 0,
): Float64Array[] {
  whole('resampledFigures: resamples', resamples, 1);
  const documents = models[0]?.[0]?.sums.length ?? 0;
  for (const [i, runs] of models.entries()) {
    if (runs.length === 0) throw new OptionError(`resampledFigures: model ${i} has no run; give at least one.`);
    for (const { sums, units } of runs) {
      if (sums.length === documents && units.length === documents && documents > 0) continue;
      throw new OptionError(
        `resampledFigures: a run of model ${i} has ${sums.length} documents where the first has ${documents}; give the same ones.`,
      );
    }
  }
  const source = rng(seed);
  const [onDocuments, onRuns] = [source.fork('documents'), source.fork('runs')];
  const figures = models.map(() => new Float64Array(resamples));
  for (let at = 0; at < resamples; at++) {
    const drawn = onDocuments.ints(documents, documents);
    for (const [i, runs] of models.entries()) {
      const chosen = runs.length === 1 ? [0] : onRuns.ints(runs.length, runs.length);
      const each = runs.map((run) => figureOf(ratioOf(run, drawn)));
      let sum = 0;
      for (const run of chosen) sum += each[run];
      figures[i][at] = sum / runs.length;
    }
  }
  return figures;
}

function ratioOf({ sums, units }: DocumentValues, drawn: Int32Array): number {
  let [sum, of] = [0, 0];
  for (const document of drawn) {
    sum += sums[document];
    of += units[document];
  }
  return sum / of;
}

/**
 * Between which a share of values lies, as many below it as above.
 *
 * @param share such as 0.95. Quantiles are linear between neighbours.
 */
export function percentileInterval(values: Float64Array, share: number): Interval {
  const sorted = Float64Array.from(values).sort();
  return [quantile(sorted, (1 - share) / 2), quantile(sorted, (1 + share) / 2)];
}

function quantile(sorted: Float64Array, at: number): number {
  const place = at * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** A difference of two models, one of many that are looked at. */
export interface Difference {
  readonly value: number;
  readonly interval: Interval;
  /** Whether the interval leaves out 0. */
  readonly isSeparate: boolean;
}

/**
 * The difference a - b of two models, with the interval of its resamples.
 *
 * @param looks how many such differences are looked at together: 95 % is for all of them at once (Bonferroni).
 */
export function differenceOf(value: number, a: Float64Array, b: Float64Array, looks = 1): Difference {
  const interval = percentileInterval(
    a.map((figure, at) => figure - b[at]),
    1 - 0.05 / looks,
  );
  return { value, interval, isSeparate: interval[0] > 0 || interval[1] < 0 };
}
