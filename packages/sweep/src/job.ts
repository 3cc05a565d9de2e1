// A cell as JSON: all that a process needs to train it, whichever process it is.
import { resolve } from 'node:path';
import { type Corpus, corpusRecord, fromAnywhere, type Reading, readCorpus, type SplitName } from '@twilljs/data/node';
import { betterOf, measureTask, type Probe, type TaskFamily, type TaskSettings, taskRecord } from '@twilljs/eval';
import { readTokenizer, readTokenizerFiles } from '@twilljs/hub/node';
import { type Device, knownOnly } from '@twilljs/tensor';
import type { TrainOptions } from '@twilljs/train';
import { datasetFiles, freshModel, type RunResult, trainRun } from '@twilljs/train/node';
import type { Json } from './checks.ts';
import { askedBy, familiesOf, type Known } from './known.ts';
import { knownWith } from './modules.ts';
import type { SweepCell } from './plan.ts';
import { HELD_OUT, type SweepText } from './text.ts';

/** A cell as JSON: all that another process needs to train it. */
export interface CellJob {
  /** Of the run. */
  readonly directory: string;
  /** Name of the task, and its options, complete. */
  readonly task: string;
  readonly options: TaskSettings;
  /** Whole paths and patterns; null where the task reads no text. */
  readonly text: {
    readonly files: readonly string[];
    readonly split: SplitName | null;
    readonly reading?: Reading;
    /** Directory of the tokenizer. Default: a byte is a token. */
    readonly tokenizer?: string;
  } | null;
  /** Beside those of the task, by name. */
  readonly measures: readonly string[];
  /** Whole paths of modules with what is not known. */
  readonly modules: readonly string[];
  /** Of the model. */
  readonly config: Json;
  readonly training: TrainOptions;
  readonly seed: number;
  /** As it was asked for: `auto`. */
  readonly device: string;
  /** Of the device; null: as many as it likes. */
  readonly threads: number | null;
  /** How the whole sweep is repeated, for the record. */
  readonly command: readonly string[];
}

/** What the cells of a sweep share. */
export interface JobContext {
  readonly text: SweepText | null;
  /** Directory of the sweep. */
  readonly home: string;
  readonly modules: readonly string[];
  readonly device: string;
  readonly threads: number | null;
  readonly command: readonly string[];
}

/** The job of a cell. @param directory of its run. */
export function jobOf(cell: SweepCell, directory: string, context: JobContext): CellJob {
  const { text, modules, device, threads, command } = context;
  const { asked, data, config, training, seed } = cell;
  const { family, measures } = asked;
  const reads = family.readsText && text;
  return {
    ...{ directory: resolve(directory), task: family.name, options: data },
    text: reads
      ? {
          ...{
            files: text.files.map((file) => fromAnywhere(file)),
            split: text.split ?? null,
            reading: text.reading ?? {},
          },
          ...(text.tokenizer && { tokenizer: context.home }),
        }
      : null,
    measures: measures.slice(family.measures.length).map(({ name }) => name),
    ...{ modules, config, training, seed, device, threads, command },
  };
}

/** What a cell is measured on: of a task that reads text, what is held out of it. */
export function probeOf(family: TaskFamily, options: TaskSettings, corpus: Corpus | null): Probe {
  const held = corpus && { ...corpus.evaluation, what: HELD_OUT };
  return family.probe(options, { seed: 0, ...(held && { text: held }) });
}

/** On which device a cell is trained, and what ends it. */
export interface TrainCellOptions {
  /** Where it is trained. */
  readonly device: Device;
  /** When it is aborted, the run puts its work away and returns. */
  readonly signal?: AbortSignal;
}

/**
 * Takes a cell to its end, going on from a checkpoint in its directory.
 *
 * @throws OptionError, FileError or DivergenceError when it cannot be trained.
 */
export async function trainCell(job: CellJob, known: Known, options: TrainCellOptions): Promise<RunResult> {
  knownOnly('trainCell', options, ['device', 'signal']);
  const { device, signal } = options;
  const all = await knownWith(known, job.modules);
  const { family, measures } = askedBy(job, all, 'sweep');
  const { split, reading, tokenizer: at } = job.text ?? {};
  const tokenizer = at === undefined ? undefined : ((await readTokenizer(at)) ?? undefined);
  const how = { dataset: datasetFiles, ...reading, tokenizer, split: split ?? undefined, signal };
  const corpus = job.text && (await readCorpus(job.text.files, how));
  const { seed, training } = job;
  const { steps } = training;
  const batches = family.batches(job.options, { seed, steps, ...(corpus && { text: corpus }) });
  const probe = probeOf(family, job.options, corpus);
  using model = freshModel(job.config, familiesOf(all), seed, device.name, training.groups);
  await model.to(device);
  return await trainRun({
    directory: job.directory,
    model,
    source: batches,
    training,
    seed,
    data: taskRecord(family, job.options, corpus ? corpusRecord(corpus) : undefined),
    ...(at !== undefined && { files: { ...readTokenizerFiles(at) } }),
    command: job.command,
    origin: { text: job.text?.files ?? [], modules: job.modules, measures: job.measures, device: job.device },
    resume: true,
    validation: {
      every: steps,
      measure: (trained) => measureTask(trained, family, probe, { measures }),
      better: betterOf(family),
    },
    ...(signal && { signal }),
  });
}
