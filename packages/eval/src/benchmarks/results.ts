// What is given to an evaluation of benchmarks, and what comes of it.
import type { Answer, Request } from '../requests/request.ts';
import type { Benchmark, Cutting, Dataset, Row, Suite, Value } from './benchmark.ts';

/** The rows of a split. */
export interface Rows {
  readonly rows: readonly Row[];
  /** Where a row is, for messages: `test.jsonl:12`. */
  place(index: number): string;
}

/** Who answers, where rows come from, and how many documents are asked. */
export interface Evaluating {
  /** Asks the model; called once for each benchmark. */
  answer(requests: readonly Request[]): Promise<readonly Answer[]>;
  /** Called once for each split that is needed. */
  rows(dataset: Dataset, split: string): Promise<Rows>;
  /** Examples in every prompt that takes any; default: as many as the benchmark says. */
  readonly shots?: number | undefined;
  /** Seed of the examples that are drawn; default: 1234, that of the harness. */
  readonly shotSeed?: number | undefined;
  /** How many documents of each benchmark, the first ones, of those that are made so many of each size; default: all. */
  readonly limit?: number | undefined;
  /** Resamples of a bootstrap (default 100000); 0 for no standard errors at all. */
  readonly bootstrap?: number | undefined;
  /** Needed by benchmarks that cut their documents, or make them. */
  readonly cutting?: Cutting | undefined;
  /** Told of documents that are made; what it throws ends the work. */
  onMaking?(benchmark: Benchmark, done: number, of: number): void;
  /** Called before the model is asked for each benchmark. */
  onBenchmark?(benchmark: Benchmark, index: number, of: number): void;
}

/** A document, and what became of it. Names are those of the harness. */
export interface Sample {
  readonly doc_id: number;
  readonly doc: Row;
  readonly target: string | number;
  readonly requests: readonly Request[];
  readonly answers: readonly Answer[];
  readonly metrics: Readonly<Record<string, Value>>;
}

/** By name: `acc,none` and `acc_stderr,none`. */
export type Figures = Readonly<Record<string, number | 'N/A'>>;

/** What one benchmark found. */
export interface BenchmarkResult {
  readonly benchmark: Benchmark;
  /** Documents evaluated, and how many there are. */
  readonly n: number;
  readonly original: number;
  readonly shots: number;
  readonly metrics: Figures;
  readonly samples: readonly Sample[];
}

/** The figures of a suite, over its benchmarks. */
export interface GroupResult {
  readonly suite: Suite;
  /** Documents of all members. */
  readonly n: number;
  readonly metrics: Figures;
}

/** What all benchmarks found, and their suites. */
export interface SuiteResults {
  readonly benchmarks: readonly BenchmarkResult[];
  /** Of every suite that was asked for, and of those in them, innermost first. */
  readonly groups: readonly GroupResult[];
  /** What was left out, in words. */
  readonly notes: readonly string[];
}
