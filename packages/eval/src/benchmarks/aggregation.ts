// How the values of documents become one figure, with the standard error that the lm-evaluation-harness gives it.
import { pythonRandom } from '@twilljs/data';
import { nextTurn } from '@twilljs/tensor';
import type { Aggregation, Value } from './benchmark.ts';

/** Replicates of a bootstrap that one generator draws. */
const CHUNK = 1000;

/** Their mean; its standard error is that of a sample. */
export const mean: Aggregation = {
  name: 'mean',
  of: (values) => meanOf(numbers(values)),
  stderr: async (values) => deviation(numbers(values)) / Math.sqrt(values.length),
};

/** Their mean, without a standard error. */
export const plainMean: Aggregation = { ...mean, stderr: null };

/** exp(-mean) of log-probabilities, one for each document; its standard error is that of a bootstrap. */
export const perplexity: Aggregation = {
  name: 'perplexity',
  of: (values) => Math.exp(-meanOf(numbers(values))),
  stderr: (values, resamples) => bootstrap(numbers(values), (mean) => Math.exp(-mean), resamples),
};

/** exp(-sum of log-probabilities / sum of units). */
export const weightedPerplexity: Aggregation = {
  name: 'weighted_perplexity',
  of: (values) => Math.exp(-perUnit(values)),
  stderr: null,
};

/** Bits for each unit. */
export const bitsPerUnit: Aggregation = {
  name: 'bits_per_byte',
  of: (values) => -perUnit(values) / Math.LN2,
  stderr: null,
};

/**
 * The standard error of a function of the mean: the deviation of its values over samples of the same size, drawn with replacement.
 * Each 1000 of them are drawn by Python's `Random(i)`, i = 0, 1, ...; what is left over after the last 1000 is not drawn.
 */
async function bootstrap(values: readonly number[], of: (mean: number) => number, resamples: number): Promise<number> {
  const n = values.length;
  const chunk = Math.min(CHUNK, resamples);
  const found: number[] = [];
  for (let i = 0; i < Math.floor(resamples / chunk); i++) {
    const random = pythonRandom(i);
    for (let j = 0; j < chunk; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += values[Math.floor(random.random() * n)]; // as its `choices` draws
      found.push(of(sum / n));
    }
    await nextTurn();
  }
  return deviation(found);
}

/** Those that metrics are made with. */
export const aggregations = { mean, plainMean, perplexity, weightedPerplexity, bitsPerUnit };

/** The standard error of a mean weighted by numbers of documents, from those of its parts: that of all documents as one sample. */
export function pooledError(errors: readonly number[], sizes: readonly number[]): number {
  const all = sum(sizes);
  const variance = sum(errors.map((error, i) => (sizes[i] - 1) * sizes[i] * error ** 2)) / (all - sizes.length);
  return Math.sqrt(variance / all);
}

/** The standard error of a mean of parts that count alike. */
export const unweightedError = (errors: readonly number[]): number =>
  Math.sqrt(sum(errors.map((error) => error ** 2))) / errors.length;

/** The mean of figures with weights. */
export const weightedMean = (figures: readonly number[], weights: readonly number[]): number =>
  sum(figures.map((figure, i) => figure * weights[i])) / sum(weights);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const meanOf = (values: readonly number[]): number => sum(values) / values.length;

/** Of a sample: of n values, n - 1 are free. */
function deviation(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
}

function perUnit(values: readonly Value[]): number {
  const pairs = values as readonly (readonly [number, number])[];
  return sum(pairs.map(([logprob]) => logprob)) / sum(pairs.map(([, units]) => units));
}

const numbers = (values: readonly Value[]): readonly number[] => values as readonly number[];
