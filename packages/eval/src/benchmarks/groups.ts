// The figures of suites, from those of their benchmarks.
import { pooledError, unweightedError, weightedMean } from './aggregation.ts';
import type { Benchmark, Suite } from './benchmark.ts';
import { errorName, figureName } from './figures.ts';
import type { BenchmarkResult, Figures, GroupResult } from './results.ts';

/** Of every suite that was asked for and of those in them, those within first. */
export function groupsOf(asked: readonly (Benchmark | Suite)[], results: readonly BenchmarkResult[]): GroupResult[] {
  const groups = new Map<Suite, GroupResult>();
  const visit = (one: Benchmark | Suite): readonly Benchmark[] => {
    if (!('members' in one)) return [one];
    const benchmarks = one.members.flatMap(visit);
    const own = results.filter(({ benchmark }) => benchmarks.includes(benchmark));
    if (!groups.has(one)) {
      const n = own.reduce((sum, result) => sum + result.n, 0);
      groups.set(one, { suite: one, n, metrics: figuresOf(one, own) });
    }
    return benchmarks;
  };
  asked.forEach(visit);
  return [...groups.values()];
}

/** Over the members that have the metric. */
function figuresOf({ aggregate }: Suite, results: readonly BenchmarkResult[]): Figures {
  const figures: Record<string, number | 'N/A'> = {};
  for (const metric of aggregate?.metrics ?? []) {
    const members = results.filter(({ metrics }) => figureName(metric) in metrics);
    const sizes = members.map(({ n }) => n);
    const isWeighted = aggregate?.weights === 'documents';
    const values = members.map(({ metrics }) => metrics[figureName(metric)] as number);
    const errors = members.map(({ metrics }) => metrics[errorName(metric)]).filter((error) => error !== 'N/A');
    figures[figureName(metric)] = weightedMean(values, isWeighted ? sizes : sizes.map(() => 1));
    figures[errorName(metric)] =
      errors.length < members.length ? 'N/A' : isWeighted ? pooledError(errors, sizes) : unweightedError(errors);
  }
  return figures;
}
