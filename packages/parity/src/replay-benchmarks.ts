// Replays runs of the lm-evaluation-harness: every document with its prompt, ids, answers and metrics, and the figures of all.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  answerRequests,
  type Benchmark,
  type BenchmarkResult,
  type ChoiceBenchmark,
  choiceMetrics,
  evaluateBenchmarks,
  type Row,
} from '@twilljs/eval';
import { parseJsonObject } from '@twilljs/hub';
import { readText } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';
import { benchmarkCalled } from './benchmarks.ts';
import { casesIn, linesIn, type WrongCase } from './cases.ts';
import type { EvalModel } from './eval-model.ts';
import type { ReplayedEvals, Skipped } from './find-evals.ts';
import type { Replayed } from './measured.ts';
import { type Recorded, replayDocuments } from './replay-documents.ts';

/** A run of `results.json`. */
interface Run {
  readonly n: number;
  readonly num_fewshot: number;
  readonly fewshot_seed?: number;
  readonly max_length: number;
  readonly metrics: Readonly<Record<string, number | 'N/A'>>;
}

/** How far off the figures of a bootstrap and of perplexities may be, of themselves; standard errors of means; shares, which are counts. */
const [PERPLEXITY, ERROR, COUNT] = [1e-4, 1e-9, 1e-15];

/** A folder with `results.json` and the documents of each run. @throws FileError where a run lacks a part. */
export async function replayBenchmarks(path: string, given: EvalModel): Promise<ReplayedEvals> {
  const file = join(path, 'results.json');
  const replayed: Replayed[] = [];
  const skipped: Skipped[] = [];
  const wrong: WrongCase[] = [];
  let figures = 0;
  for (const [name, run] of Object.entries(parseJsonObject(readText(file), file))) {
    const golden = join(path, `${name}.jsonl`);
    if (!isRun(run)) throw new FileError(`${file}: the run ${name} lacks n, num_fewshot, max_length or metrics.`);
    if (!existsSync(golden)) throw new FileError(`${file}: the run ${name} has no ${name}.jsonl beside it.`);
    const [task, variant = ''] = name.split('.');
    const benchmark = variantOf(benchmarkCalled(task), variant);
    if (benchmark === null) {
      skipped.push({ path: golden, reason: `the benchmark of ${name} is not in this version` });
      continue;
    }
    const rows = recordedIn(golden);
    const docs = variant === '' ? rows : recordedIn(join(path, `${task}.jsonl`));
    const pool = run.num_fewshot > 0 ? poolIn(join(path, '..', `fewshot-pool.${task}.json`)) : [];
    const result = await evaluated(
      benchmark,
      run,
      docs.map(({ doc }) => doc as Row),
      pool,
      given,
    );
    replayed.push({ path: golden, ...(await replayDocuments(rows, result, pool, run.max_length, given)) });
    wrong.push(...wrongFigures(name, figures, run, result));
    figures += Object.keys(run.metrics).length + 1;
  }
  return { replayed: [...replayed, { path: file, measured: [], cases: { count: figures, wrong } }], skipped };
}

/** Of a variant with all metrics, the benchmark with all of them. */
function variantOf(benchmark: Benchmark | null, variant: string): Benchmark | null {
  if (benchmark === null || variant !== 'all-metrics') return benchmark;
  return 'measuredBy' in benchmark ? (benchmark as ChoiceBenchmark).measuredBy(Object.values(choiceMetrics)) : null;
}

/** The run, done again with our own prompts, examples, answers and figures. */
async function evaluated(
  benchmark: Benchmark,
  run: Run,
  docs: readonly Row[],
  pool: readonly Row[],
  given: EvalModel,
): Promise<BenchmarkResult> {
  // Documents are asked for first, then examples, which may be of the same split.
  const splits = [docs, pool];
  const { benchmarks } = await evaluateBenchmarks([benchmark], {
    answer: (requests) => answerRequests(requests, { ...given, maxLength: run.max_length }),
    rows: async (_, split) => ({ rows: splits.shift() ?? [], place: (i) => `row ${i} of ${split}` }),
    shots: run.num_fewshot,
    shotSeed: run.fewshot_seed,
  });
  return benchmarks[0];
}

/** @param begin the place of its first figure among those of all runs; the first is the number of documents. */
function wrongFigures(text: string, begin: number, run: Run, { n, metrics }: BenchmarkResult): WrongCase[] {
  const names = Object.keys({ ...run.metrics, ...metrics });
  const figures = names.map((what) => ({ what, ours: metrics[what], expected: run.metrics[what] }));
  return [{ what: 'n', ours: n, expected: run.n }, ...figures].flatMap((figure, i) =>
    isRight(figure) ? [] : [{ index: begin + i, text, ...figure }],
  );
}

function isRight({ what, ours, expected }: Pick<WrongCase, 'what' | 'ours' | 'expected'>): boolean {
  if (typeof ours !== 'number' || typeof expected !== 'number') return ours === expected;
  const tolerance = /perplexity|bits/.test(what) ? PERPLEXITY : what.includes('_stderr') ? ERROR : COUNT;
  return Math.abs(ours - expected) <= tolerance * Math.abs(expected);
}

const recordedIn = (path: string): Recorded[] =>
  linesIn<Recorded>(path, 'doc_id and metrics', (row) => 'doc_id' in row && 'metrics' in row);

/** Examples of prompts. @throws FileError for what is no list of rows. */
export const poolIn = (path: string): Row[] => casesIn<Row>(path, 'rows', (row) => typeof row === 'object');

function isRun(value: unknown): value is Run {
  const { n, num_fewshot, max_length, metrics } = (value ?? {}) as Partial<Run>;
  return [n, num_fewshot, max_length].every(Number.isInteger) && typeof metrics === 'object';
}
