// Results on disk, in the files and forms of the lm-evaluation-harness, whose tools read them.
import { join } from 'node:path';
import { type HarnessFacts, harnessResults, harnessSamples, type SuiteResults } from '@twilljs/eval';
import { writeTogether } from '@twilljs/hub/node';

export interface WrittenResults {
  /** Path of `results_<date>.json`. */
  readonly results: string;
  /** Paths of `samples_<task>_<date>.jsonl`. */
  readonly samples: readonly string[];
}

/** All files or none; the results stand there last. @throws FileError when they cannot be written. */
export async function writeResults(out: string, results: SuiteResults, facts: HarnessFacts): Promise<WrittenResults> {
  const date = dateText(facts.began + 1000 * facts.seconds);
  const files = new Map<string, Uint8Array>();
  const add = (name: string, text: string) => files.set(name, new TextEncoder().encode(text));
  for (const one of results.benchmarks) {
    const lines = (await harnessSamples(one)).map((line) => `${JSON.stringify(line)}\n`);
    add(`samples_${one.benchmark.name}_${date}.jsonl`, lines.join(''));
  }
  add(`results_${date}.json`, await harnessResults(results, facts));
  await writeTogether(out, files);
  const paths = [...files.keys()].map((name) => join(out, name));
  return { results: paths[paths.length - 1], samples: paths.slice(0, -1) };
}

/** `2026-11-30T15-04-05.678000`, in UTC: as Python's `isoformat`, without colons. */
const dateText = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replaceAll(':', '-').replace('Z', '000');
