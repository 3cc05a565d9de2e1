// Rows of several sources, by weight.
import { knownOnly, OptionError, shown, whole } from '@twilljs/tensor';
import { type Batches, emptyBatch } from './batch.ts';

/** Sources with their weights: each row of a batch is of one of them. */
export interface MixtureOptions {
  /** Sources of batches of one row, of equal length, and how much of the mixture each is; weights of any sum. */
  sources: readonly { readonly batches: Batches; readonly weight: number }[];
  /** Rows per batch, B. */
  batch: number;
}

/**
 * Batches whose rows come from several sources. Of the first n rows a source has its part of n, to less than a row for the first, and
 * what is left is divided among the rest in the same way; row i is the next of its source. So a row depends on its number alone, and
 * no source has a row twice or leaves one out.
 *
 * @throws OptionError where there is no source, a weight is not above 0, or rows differ in length.
 */
export function mixture(options: MixtureOptions): Batches {
  knownOnly('mixture', options, ['sources', 'batch']);
  const { sources, batch: B } = options;
  whole('mixture: batch', B, 1);
  if (!Array.isArray(sources) || sources.length === 0) {
    throw new OptionError(`mixture: sources is ${shown(sources)}; give a list of { batches, weight }.`);
  }
  for (const [i, { batches, weight }] of sources.entries()) {
    if (!(typeof weight === 'number' && weight > 0 && Number.isFinite(weight))) {
      throw new OptionError(`mixture: sources[${i}].weight is ${shown(weight)}; give a number above 0.`);
    }
    if (batches.B === 1 && batches.T === sources[0].batches.T) continue;
    throw new OptionError(
      `mixture: sources[${i}] has batches of [${batches.B},${batches.T}]; give [1,${sources[0].batches.T}], as the first has.`,
    );
  }
  const { T } = sources[0].batches;
  const weights = sources.map(({ weight }) => weight);
  return {
    B,
    T,
    batch(step) {
      whole('mixture: step', step, 0);
      const out = emptyBatch(B, T);
      const ranges: number[] = [];
      let isApart = false;
      for (let row = 0; row < B; row++) {
        const { source, at } = placeOf(step * B + row, weights);
        const one = sources[source].batches.batch(at);
        out.inputs.set(one.inputs, row * T);
        out.labels.set(one.labels, row * T);
        isApart ||= one.ranges !== undefined;
        for (const place of one.ranges ?? [0, T]) ranges.push(place + row * T);
      }
      return isApart ? { ...out, ranges: Int32Array.from(ranges) } : out;
    },
  };
}

/** Which source a row is from, and how many rows of it come before. */
function placeOf(row: number, weights: readonly number[]): { source: number; at: number } {
  let at = row;
  let left = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [source, weight] of weights.entries()) {
    if (source === weights.length - 1) break;
    const share = weight / left;
    const before = Math.floor(at * share);
    if (Math.floor((at + 1) * share) > before) return { source, at: before };
    at -= before;
    left -= weight;
  }
  return { source: weights.length - 1, at };
}
