// What a run trains on and is measured by: the text of files, or a task with known answers.

import { type Batches, joinDocuments, MOST_TOKENS, mqar, parity, type Task, windows } from '@twilljs/data';
import { corpusRecord, readCorpus, readTexts } from '@twilljs/data/node';
import { evaluateTask } from '@twilljs/eval';
import type { JsonObject } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { corpusText, grouped } from '@twilljs/report';
import { OptionError, rng } from '@twilljs/tensor';
import type { Better } from '@twilljs/train/node';
import { shown } from '../flags.ts';
import { type Given, kebab } from './flags.ts';
import { whereItBegan } from './resume.ts';
import { measureText, textProbe } from './text.ts';

/** Rows of an evaluation on a task. */
const ROWS = 384;

export interface Source {
  /** Ids that occur. */
  readonly vocab: number;
  readonly batches: Batches;
  /** What the data are, for the record. */
  readonly data: JsonObject;
  /** What is trained on and what is held out, in lines; null where every row is made for the occasion. */
  readonly about: string | null;
  measure(model: LanguageModel): Promise<JsonObject>;
  /** Which of two measurements is better. */
  readonly better: Better;
}

export interface Reading {
  /** Ends the reading of standard input. */
  readonly signal?: AbortSignal;
  /** The run whose record names the text. */
  readonly begunIn?: string | undefined;
}

/** The evaluation sets are those of seed 0 whatever the seed of the run, so that runs compare on the same ones. */
const evaluationSource = () => rng(0);

/**
 * The source that the flags name.
 *
 * @throws OptionError when they name none, or two.
 */
export async function openSource(given: Given, seed: number, reading: Reading = {}): Promise<Source> {
  const { data, task } = given;
  if (data && task) {
    throw new OptionError(`--data ${data[0]} and --task ${task} both name what to train on; give one of them.`);
  }
  if (task && given.evalData) {
    throw new OptionError(
      `--eval-data ${given.evalData[0]} is text but --task ${task} makes its own rows; leave one out.`,
    );
  }
  if (data) return textSource(given, data, seed, reading);
  if (task === 'mqar' || task === 'parity') return taskSource(given, task, seed);
  if (task) throw new OptionError(`--task is "${shown(task)}", which this version has not; it has mqar and parity.`);
  throw new OptionError('nothing to train on: neither --data nor --task is given; give one of them.');
}

async function textSource(
  given: Given,
  patterns: readonly string[],
  seed: number,
  { signal, begunIn }: Reading,
): Promise<Source> {
  refuse(given, ['pairs', 'vocabSize'], '--data');
  const { length = 256, batch = 4 } = given;
  checkSize(batch, length, given.microBatches);
  const read = readCorpus(patterns, { split: given.split, ...(signal && { signal }) });
  const corpus = await (begunIn === undefined ? read : whereItBegan(begunIn, read));
  const other = given.evalData && (await readTexts(given.evalData, signal && { signal }));
  const kept = other
    ? textProbe(joinDocuments(other.documents), length, 0, 'the text of --eval-data')
    : textProbe(corpus.evaluation, length, 0, 'the text held out'); // before training, which is too long to find out after it
  return {
    vocab: 256,
    batches: windows({ tokens: corpus.train, length, batch, source: rng(seed).fork('data') }),
    data: {
      kind: 'text',
      ...corpusRecord(corpus),
      length,
      batch,
    },
    about: corpusText(corpus) + (other ? `measured    ${grouped(kept.text.length)} bytes of other text\n` : ''),
    measure: (model) => measureText(model, kept),
    better: { of: 'bitsPerByte', direction: 'lower' },
  };
}

function taskSource(given: Given, name: 'mqar' | 'parity', seed: number): Source {
  refuse(given, name === 'parity' ? ['pairs', 'vocabSize', 'split'] : ['split'], `--task ${name}`);
  const { length, pairs, vocabSize: vocab, batch, steps = 500 } = given;
  const sizes = name === 'mqar' ? mqarSizes({ length, pairs, vocab }) : { length: length ?? 24 };
  const rows = batch ?? (name === 'mqar' ? 32 : 64);
  checkSize(rows, sizes.length, given.microBatches);
  const batches = openTask(name, sizes, rng(seed).fork('data'), { batch: rows, steps });
  return {
    vocab: batches.vocab,
    batches,
    data: { kind: name, ...sizes, batch: rows },
    about: null,
    measure: (model) => measureTask(model, openTask(name, sizes, evaluationSource())),
    better: { of: 'hardest', direction: 'higher' },
  };
}

/** Sizes of a task; what is absent is the task's own default. */
export type TaskSizes = Readonly<Record<string, number>>;

/** A task by name. @param training rows of a batch, and the steps that its curriculum spans. */
export function openTask(
  name: 'mqar' | 'parity',
  sizes: TaskSizes,
  source: ReturnType<typeof rng>,
  training?: { batch: number; steps: number },
): Task {
  if (name === 'parity') return parity({ ...sizes, ...(training && { batch: training.batch }), source });
  return mqar({ ...sizes, ...training, source });
}

function mqarSizes({ length = 64, pairs = 16, vocab = 64 }: Record<string, number | undefined>): TaskSizes {
  return { length, pairs, vocab };
}

/** Accuracy at every difficulty of the task, or at those given. */
export async function measureTask(
  model: LanguageModel,
  task: Task,
  difficulties: readonly number[] = task.difficulties,
): Promise<JsonObject> {
  const results = await evaluateTask(model, task, { rows: ROWS, difficulties });
  const broken = results.find(({ notFinite }) => notFinite !== null);
  return {
    task: task.name,
    notFinite: broken?.notFinite
      ? `position ${broken.notFinite.position} of row ${broken.notFinite.row} at difficulty ${broken.difficulty}`
      : null,
    rows: ROWS,
    chance: task.chance,
    // A model without numbers is not wrong now and then: its share of hits means nothing.
    accuracy: results.map(({ difficulty, accuracy, loss, notFinite }) => ({
      difficulty,
      mean: notFinite ? Number.NaN : accuracy.mean,
      standardError: notFinite ? Number.NaN : accuracy.standardError,
      loss: loss.mean,
    })),
    // What a run is judged by: the accuracy at the greatest difficulty.
    hardest: results.at(-1)?.notFinite ? Number.NaN : (results.at(-1)?.accuracy.mean ?? Number.NaN),
  };
}

/** Refuses a step that cannot be cut as asked, or whose ids alone would fill a large part of the memory. */
function checkSize(batch: number, length: number, parts = 1): void {
  if (batch % parts !== 0) {
    throw new OptionError(`--micro-batches ${parts} does not divide --batch ${batch}; choose a divisor of it.`);
  }
  if (batch * length <= MOST_TOKENS) return;
  throw new OptionError(
    `--batch ${batch} of --length ${length} makes ${batch * length} tokens a step, above the limit of ${MOST_TOKENS}; lower one of them.`,
  );
}

/** Flags that mean nothing beside another one. */
function refuse(given: Given, names: readonly ('pairs' | 'vocabSize' | 'split')[], beside: string): void {
  for (const name of names) {
    if (given[name] === undefined) continue;
    const home = name === 'split' ? '--data' : '--task mqar';
    throw new OptionError(`--${kebab(name)} ${given[name]} means nothing with ${beside}; it belongs to ${home}.`);
  }
}
