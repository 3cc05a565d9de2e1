// twill eval --tasks: benchmarks of the lm-evaluation-harness, on one's own rows or those of the Hub.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  answerRequests,
  benchmarksIn,
  evaluateBenchmarks,
  grouped,
  harnessFolder,
  RESAMPLES,
  SHOT_SEED,
  type SuiteResults,
  withoutLacking,
} from '@twilljs/eval';
import { datasetRows, openAnswers } from '@twilljs/eval/node';
import { makeDirectory } from '@twilljs/hub/node';
import { requireIds } from '@twilljs/hybrid';
import { countParams } from '@twilljs/nn';
import { EVALS } from '@twilljs/report/node';
import { FileError, OptionError } from '@twilljs/tensor';
import { suites } from 'twilljs';
import type { CommonOptions, Context, Result } from '../command.ts';
import { openDevice } from '../device.ts';
import { Interrupted } from '../failure.ts';
import { fetchRepository, modelDirectory } from '../hub/fetch.ts';
import { type ModelFlags, momentText, openModel } from '../model.ts';
import { openTokenizer } from '../tokenizer.ts';
import { recordIn } from '../train/resume.ts';
import { requireRows } from './available.ts';
import { lengthNotes, type MadeFlags, suitesAsked } from './made.ts';
import { allNamed, benchmarksNamed, placesOf } from './names.ts';
import { answeringView } from './progress.ts';
import { listed, resultTables, taskLists } from './table.ts';
import { writeResults } from './write.ts';

export interface BenchmarkOptions extends CommonOptions, ModelFlags, MadeFlags {
  readonly tasks: string;
  /** Directories, and `task=path`. */
  readonly data: readonly string[] | undefined;
  readonly limit: number | undefined;
  readonly shots: number | undefined;
  readonly maxLength: number | undefined;
  readonly out: string | undefined;
}

/** What `--tasks` takes for a list of all. */
const LIST = 'list';

/** Of the directory of results: answers, by which a run that was stopped goes on. */
const ANSWERS = 'answers';

/** Tokens that a model reads at once where its configuration says nothing, as in the harness. */
const USUAL_LENGTH = 2048;

/** @param where a model; nothing is needed to list the tasks. */
export async function runBenchmarks(
  context: Context,
  where: string | undefined,
  options: BenchmarkOptions,
): Promise<Result> {
  const { say, note, terminal } = context;
  if (options.tasks === LIST) {
    const all = allNamed();
    say(taskLists(suites, terminal.columns));
    return { answer: true, data: { tasks: all.map(listed) } };
  }
  if (where === undefined) throw new OptionError('no model is named; give its directory, or org/name of the Hub.');
  const named = await benchmarksNamed(options.tasks);
  const places = placesOf(options.data ?? [], named);
  const { directories, own } = places;
  const asked = await benchmarksNamed(options.tasks, await suitesAsked(named, places, options));
  const dir = await modelDirectory(where, context);
  if (!existsSync(dir)) throw new FileError(`${dir}: does not exist; check the path.`);
  const rows = datasetRows({
    ...{ directories, own, note: (line) => note(`${line}\n`) },
    fetch: (id, how = {}) => fetchRepository(id, how, context),
  });
  // What is missing is said before any work is done.
  withoutLacking(asked, []);
  await requireRows(benchmarksIn(asked), rows, options.shots, directories.length > 0);
  const out = options.out ?? (dir === where ? join(dir, EVALS) : join(EVALS, harnessFolder(where)));
  makeDirectory(out);
  const { tokenizer } = await openTokenizer(options.tokenizer, dir, context);
  const device = await openDevice(options);
  const { model, moment } = await openModel(dir, device, { ...options, terminal, note });
  requireIds(options.tokenizer ?? dir, model, tokenizer);
  const { max_position_embeddings: configured } = model.config.model;
  const maxLength = options.maxLength ?? configured ?? USUAL_LENGTH;
  note(`${momentText(dir, moment)}, on ${device.label}: ${grouped(maxLength)} tokens at once\n`);
  const length = recordIn(dir)?.data.length;
  const trained = typeof length === 'number' ? length : null;
  if (options.maxLength === undefined && trained !== null && trained < maxLength) {
    note(`note: its run read ${grouped(trained)} tokens at once; --max-length ${trained} keeps to that\n`);
  }
  const by = options.maxLength !== undefined ? '--max-length' : configured ? 'max_position_embeddings' : 'default';
  for (const line of lengthNotes(asked, { maxLength, by, trained })) note(`note: ${line}\n`);
  using answers = await openAnswers(join(out, ANSWERS), { model, tokenizer, maxLength });
  for (const line of answers.notes) note(`note: ${line}\n`);
  if (answers.found > 0) note(`answers   ${grouped(answers.found)} are kept in ${answers.path}\n`);
  const began = Date.now();
  const view = answeringView(terminal);
  let index = 0;
  let made = '';
  const evaluated = evaluateBenchmarks(asked, {
    answer: (requests) =>
      answerRequests(requests, {
        ...{ model, tokenizer, maxLength, answers },
        onProgress(progress) {
          view.update(progress);
          if (!terminal.signal.aborted) return;
          throw new Interrupted(
            `eval: stopped in task ${index + 1} of ${benchmarksIn(asked).length}; answers are kept in ${out}, and the same command goes on.`,
          );
        },
      }),
    rows,
    ...{ shots: options.shots, limit: options.limit, shotSeed: SHOT_SEED + options.seed },
    cutting: { tokenizer, contextLength: maxLength },
    onMaking({ name }, done, of) {
      if (made !== name) view.begin(name, 0, 1, 'documents made');
      made = name;
      view.update({ done, of, tokens: 0 });
      if (terminal.signal.aborted) throw new Interrupted(`eval: stopped while documents of ${name} were made.`);
    },
    onBenchmark({ name }, at, of) {
      index = at;
      view.begin(name, at, of);
    },
  });
  const results = await evaluated.finally(() => view.end());
  const seconds = (Date.now() - began) / 1000;
  for (const line of results.notes) note(`note: ${line}\n`);
  say(resultTables(results));
  const paths = await writeResults(out, results, {
    ...{ source: 'twill', model: where, parameters: countParams(model), dtype: dtypeOf(options), device: device.name },
    ...{ maxLength, limit: options.limit ?? null, bootstrap: RESAMPLES, shotSeed: SHOT_SEED + options.seed },
    ...{ began, seconds, others: { command: context.argv, moment } },
  });
  say(`Results   ${paths.results}\n`);
  return {
    answer: areFinite(results),
    data: { dir, ...moment, device: device.name, ...figuresOf(results), files: paths },
  };
}

/** As PyTorch calls it; what is computed is in f32. */
const dtypeOf = ({ dtype = 'f32' }: BenchmarkOptions): string =>
  ({ f32: 'float32', bf16: 'bfloat16', file: 'as in the file' })[dtype];

/** A model that is broken has figures that are no numbers. */
const areFinite = ({ benchmarks }: SuiteResults): boolean =>
  benchmarks.every(({ metrics }) => Object.values(metrics).every((value) => !Number.isNaN(value)));

const figuresOf = ({ benchmarks, groups, notes }: SuiteResults) => ({
  results: Object.fromEntries(
    benchmarks.map(({ benchmark, n, shots, metrics }) => [benchmark.name, { n, shots, ...metrics }]),
  ),
  groups: Object.fromEntries(groups.map(({ suite, n, metrics }) => [suite.name, { n, ...metrics }])),
  notes,
});
