// Benchmarks, evaluated: rows become requests, answers become figures.
import { FileError, isTwillError, knownOnly, OptionError, whole } from '@twilljs/tensor';
import type { Benchmark, Cutting, Row, Suite } from './benchmark.ts';
import { checkRow } from './columns.ts';
import { figuresOf } from './figures.ts';
import { groupsOf } from './groups.ts';
import { withoutLacking } from './lacking.ts';
import type { BenchmarkResult, Evaluating, Rows, Sample, SuiteResults } from './results.ts';
import { SHOT_SEED, shotsFor } from './shots.ts';

/** Resamples of a bootstrap, as many as the lm-evaluation-harness takes. */
export const RESAMPLES = 100_000;

const OPTIONS = [
  'answer',
  'rows',
  'shots',
  'shotSeed',
  'limit',
  'bootstrap',
  'cutting',
  'onMaking',
  'onBenchmark',
] as const;

/**
 * Evaluates benchmarks one after another, each once however often it is in the suites. All rows become requests before the first is asked.
 *
 * @returns figures under the names of the lm-evaluation-harness: `acc,none`, `acc_stderr,none`, ...
 * @throws OptionError when nothing is asked, for numbers that are none, for two benchmarks of one name, and without a cutting where one is needed.
 * @throws FileError for rows without their columns or a right answer, and for a split without rows, with the place of the row.
 * @see https://github.com/EleutherAI/lm-evaluation-harness, version 0.4.13.
 */
export async function evaluateBenchmarks(
  asked: readonly (Benchmark | Suite)[],
  given: Evaluating,
): Promise<SuiteResults> {
  knownOnly('evaluateBenchmarks', given, OPTIONS);
  const notes: string[] = [];
  const there = withoutLacking(asked, notes);
  const benchmarks = benchmarksIn(there);
  const { shots, limit, bootstrap = RESAMPLES } = given;
  const least = { shots: 0, limit: 1, bootstrap: 0 };
  for (const [name, value] of Object.entries({ shots, limit, bootstrap })) {
    if (value !== undefined) whole(`evaluateBenchmarks: ${name}`, value, least[name as keyof typeof least]);
  }
  // A row that is wrong is told of before hours of work.
  const all: Prepared[] = [];
  for (const benchmark of benchmarks) all.push(await prepared(benchmark, given, notes));
  const results: BenchmarkResult[] = [];
  for (const [i, one] of all.entries()) {
    given.onBenchmark?.(one.benchmark, i, all.length);
    results.push(await evaluated(one, given, bootstrap, notes));
  }
  return { benchmarks: results, groups: groupsOf(there, results), notes };
}

/** Every benchmark that is asked for, also those within suites, once. */
export function benchmarksIn(asked: readonly (Benchmark | Suite)[]): Benchmark[] {
  if (asked.length === 0) throw new OptionError('evaluateBenchmarks: no benchmark is given; give one or a suite.');
  const byName = new Map<string, Benchmark>();
  const add = (one: Benchmark | Suite): void => {
    if ('members' in one) {
      one.members.forEach(add);
      return;
    }
    if ((byName.get(one.name) ?? one) !== one) {
      throw new OptionError(
        `evaluateBenchmarks: two benchmarks are called ${one.name}; give another name to one of them.`,
      );
    }
    byName.set(one.name, one);
  };
  asked.forEach(add);
  return [...byName.values()];
}

/** A benchmark with all that is asked of the model. */
interface Prepared {
  readonly benchmark: Benchmark;
  readonly original: number;
  readonly shots: number;
  readonly documents: readonly (Document & Pick<Sample, 'target' | 'requests'>)[];
}

async function prepared(benchmark: Benchmark, given: Evaluating, notes: string[]): Promise<Prepared> {
  const { name, dataset } = benchmark;
  const table = await tableOf(benchmark, given, notes);
  if (table.rows.length === 0) {
    throw new FileError(
      `${name}: the split ${dataset.splits.evaluation} of ${dataset.id} has no rows; give one with rows.`,
    );
  }
  const documents = documentsOf(benchmark, table, given, notes);
  const examples = await examplesFor(benchmark, given, notes);
  return {
    ...{ benchmark, original: table.original ?? table.rows.length, shots: examples.count },
    documents: documents.map(({ doc, place }) =>
      at(`${name}: ${place}`, () => ({
        ...{ doc, place, target: benchmark.target(doc) },
        requests: benchmark.requests(doc, examples.of(doc)),
      })),
    ),
  };
}

async function evaluated(
  { benchmark, original, shots, documents }: Prepared,
  given: Evaluating,
  bootstrap: number,
  notes: string[],
): Promise<BenchmarkResult> {
  const { name } = benchmark;
  const answers = await given.answer(documents.flatMap(({ requests }) => requests));
  let begin = 0;
  const samples: Sample[] = documents.map(({ doc, place, target, requests }, doc_id) => {
    const own = answers.slice(begin, begin + requests.length);
    begin += requests.length;
    const metrics = at(`${name}: ${place}`, () => benchmark.score(doc, own));
    return { doc_id, doc, target, requests, answers: own, metrics };
  });
  const metrics = await figuresOf(benchmark, samples, bootstrap);
  noteNotFinite(name, samples, notes);
  return { benchmark, n: samples.length, original, shots, metrics, samples };
}

interface Table extends Rows {
  readonly original?: number;
}

/** The rows that are asked, read or made. */
async function tableOf(benchmark: Benchmark, given: Evaluating, notes: string[]): Promise<Table> {
  const { name, dataset } = benchmark;
  if (!dataset.maker) return given.rows(dataset, dataset.splits.evaluation);
  const made = await dataset.maker.make({
    ...cuttingOf(benchmark, given, 'makes'),
    limit: given.limit,
    onRow: (done, of) => given.onMaking?.(benchmark, done, of),
  });
  notes.push(...made.notes.map((note) => `${name}: ${note}`));
  return { ...made, place: (index) => `sample ${index}` };
}

function cuttingOf({ name }: Benchmark, { cutting }: Evaluating, does: 'cuts' | 'makes'): Cutting {
  if (cutting) return cutting;
  throw new OptionError(`evaluateBenchmarks: ${name} ${does} its documents to a number of tokens; give cutting.`);
}

interface Document {
  readonly doc: Row;
  readonly place: string;
}

/** The first rows that are not left out, checked, cut and prepared. */
function documentsOf(benchmark: Benchmark, table: Table, given: Evaluating, notes: string[]): Document[] {
  const { name, dataset, cut, prepare } = benchmark;
  const cutting = cut && cuttingOf(benchmark, given, 'cuts');
  const limit = dataset.maker ? Infinity : (given.limit ?? Infinity); // those that are made were limited there
  const documents: Document[] = [];
  let left = 0;
  for (const [i, row] of table.rows.entries()) {
    if (documents.length === limit) break;
    const place = table.place(i);
    checkRow(row, dataset, `${name}: ${place}`);
    const doc = at(`${name}: ${place}`, () => {
      const prepared = prepare(row);
      return cut && cutting ? cut(prepared, cutting) : prepared;
    });
    if (doc) documents.push({ doc, place });
    else left += 1;
  }
  if (left > 0) notes.push(`${name}: ${left} rows are left out, their answers are too short`);
  if (documents.length > 0) return documents;
  throw new FileError(`${name}: all ${left} rows of ${dataset.id} are left out, their answers are too short.`);
}

interface Examples {
  readonly count: number;
  of(doc: Row): readonly Row[];
}

async function examplesFor(benchmark: Benchmark, given: Evaluating, notes: string[]): Promise<Examples> {
  const { name, dataset, shots, prepare } = benchmark;
  const count = given.shots ?? shots?.count ?? 0;
  if (!shots && count > 0) notes.push(`${name}: its prompts have no examples, so ${count} shots are not shown`);
  if (!shots || count === 0) return { count: 0, of: () => [] };
  const { rows, place } = await given.rows(dataset, dataset.splits.shots);
  rows.forEach((row, i) => {
    checkRow(row, dataset, `${name}: ${place(i)}`);
  });
  const of = at(`${name}: ${dataset.splits.shots} of ${dataset.id}`, () =>
    shotsFor(shots, rows.map(prepare), count, given.shotSeed ?? SHOT_SEED),
  );
  return { count, of };
}

function noteNotFinite(name: string, samples: readonly Sample[], notes: string[]): void {
  const isBroken = ({ answers }: Sample) => answers.some((one) => 'logprob' in one && Number.isNaN(one.logprob));
  const broken = samples.filter(isBroken);
  if (broken.length === 0) return;
  notes.push(
    `${name}: log-probabilities of ${broken.length} documents are no numbers, the first is document ${broken[0].doc_id}`,
  );
}

/** What goes wrong with a row says where it is. */
function at<T>(place: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!isTwillError(error)) throw error;
    throw new FileError(`${place}: ${error.message}`, { cause: error });
  }
}
