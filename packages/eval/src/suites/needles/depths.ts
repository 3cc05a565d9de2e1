// Figures by length and depth, from the samples of a result.
import { OptionError, shown } from '@twilljs/tensor';
import { ANOTHER } from '../../benchmarks/made.ts';
import type { BenchmarkResult } from '../../benchmarks/results.ts';
import { elevenDepths } from './grid.ts';

/** What a heat map shows: a cell for each length (or number of entries) and depth. */
export interface DepthGrid {
  readonly lengths: readonly number[];
  /** Percent. */
  readonly depths: readonly number[];
  /** By length, then by depth. */
  readonly cells: readonly (readonly DepthCell[])[];
}

/** A cell of the picture of a needle at its length and depth. */
export interface DepthCell {
  /** The mean of its samples; null where it has none. */
  readonly mean: number | null;
  readonly n: number;
}

/**
 * The figures of a benchmark whose documents say a `depth`, each sample at the depth that is nearest to its own.
 *
 * @param depths percent, rising. Default 0, 10, ... 100.
 * @throws OptionError for documents without a depth.
 */
export function depthGrid({ benchmark, samples }: BenchmarkResult, depths = elevenDepths): DepthGrid {
  const lengths = benchmark.metrics.map(({ name }) => Number(name));
  const values = lengths.map(() => depths.map((): number[] => []));
  for (const { doc, metrics } of samples) {
    const { depth } = doc;
    if (typeof depth !== 'number' || !(depth >= 0)) {
      throw new OptionError(
        `depthGrid: a document of ${benchmark.name} has the depth ${shown(depth)}; give a result of needles.`,
      );
    }
    const nearest = depths.reduce(
      (best, one, i) => (Math.abs(one - depth) < Math.abs(depths[best] - depth) ? i : best),
      0,
    );
    const row = lengths.findIndex((length) => metrics[length] !== ANOTHER);
    values[row][nearest].push(metrics[lengths[row]] as number);
  }
  const mean = (of: readonly number[]) => (of.length === 0 ? null : of.reduce((sum, one) => sum + one, 0) / of.length);
  return { lengths, depths, cells: values.map((row) => row.map((own) => ({ mean: mean(own), n: own.length }))) };
}
