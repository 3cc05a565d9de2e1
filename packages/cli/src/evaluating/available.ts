// Whether the rows that benchmarks ask for are there: said of all of them before any work is done.
import type { Benchmark, Evaluating } from '@twilljs/eval';
import { FileError } from '@twilljs/tensor';

/** Names that a message lists at most. */
const NAMED = 12;

/**
 * @param isLocal whether nothing is fetched: then all are looked for, and what is missing is told at once.
 * @throws FileError of the first benchmark whose rows cannot be read; with the names of the others, and of those that can be asked.
 */
export async function requireRows(
  benchmarks: readonly Benchmark[],
  rows: Evaluating['rows'],
  shots: number | undefined,
  isLocal: boolean,
): Promise<void> {
  const refused = new Map<Benchmark, FileError>();
  for (const benchmark of benchmarks) {
    if (benchmark.dataset.maker) continue;
    try {
      for (const split of splitsOf(benchmark, shots)) await rows(benchmark.dataset, split);
    } catch (error) {
      if (!isLocal || !(error instanceof FileError)) throw error;
      refused.set(benchmark, error);
    }
  }
  const [first] = refused.values();
  if (!first) return;
  const [, ...others] = refused.keys();
  // What is wrong with a directory is the same for all.
  if ([...refused.values()].every(({ message }) => message === first.message)) throw first;
  const there = benchmarks.filter((one) => !refused.has(one));
  const next = there.length > 0 ? ` Rows are there for --tasks ${namesOf(there, ',')}.` : '';
  throw new FileError(`${first.message} Nor are there rows for ${namesOf(others, ', ')}.${next}`, { cause: first });
}

function namesOf(benchmarks: readonly Benchmark[], separator: string): string {
  const names = benchmarks.map(({ name }) => name);
  if (separator === ',' || names.length <= NAMED) return names.join(separator);
  return `${names.slice(0, NAMED).join(separator)} and ${names.length - NAMED} more`;
}

/** Of a benchmark, the splits whose rows are read. */
function splitsOf({ dataset: { splits }, shots }: Benchmark, asked: number | undefined): string[] {
  const examples = shots ? (asked ?? shots.count) : 0;
  return [...new Set([splits.evaluation, ...(examples > 0 ? [splits.shots] : [])])];
}
