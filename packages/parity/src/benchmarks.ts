// The benchmarks of this version by the names that goldens have for them.
import { type Benchmark, benchmarksIn, lmSuite, recallSuite, recallTwiceSuite } from '@twilljs/eval';

/** Null for one that is not in this version. */
export function benchmarkCalled(name: string): Benchmark | null {
  const all = benchmarksIn([lmSuite, recallSuite, recallTwiceSuite]);
  return all.find((one) => one.name === name || one.aliases.includes(name)) ?? null;
}
