// The figures of a benchmark, from what its documents have.
import type { Benchmark } from './benchmark.ts';
import type { Figures, Sample } from './results.ts';

/** @param resamples of a bootstrap; 0 for no standard errors at all. */
export async function figuresOf(
  { metrics }: Benchmark,
  samples: readonly Pick<Sample, 'metrics'>[],
  resamples: number,
): Promise<Figures> {
  const figures: Record<string, number | 'N/A'> = {};
  for (const { name, aggregation } of metrics) {
    const values = samples.map(({ metrics }) => metrics[name]);
    figures[figureName(name)] = aggregation.of(values);
    const hasError = aggregation.stderr !== null && resamples > 0 && values.length > 1;
    figures[errorName(name)] = hasError ? await aggregation.stderr!(values, resamples) : 'N/A';
  }
  return figures;
}

/** The harness names what is done to an answer before it is scored: nothing. */
export const figureName = (metric: string): string => `${metric},none`;
export const errorName = (metric: string): string => `${metric}_stderr,none`;
