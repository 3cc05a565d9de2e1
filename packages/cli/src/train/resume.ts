// What a resumed run takes from its record: everything that is not given again. What is given must not contradict it.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fromAnywhere, readingFields, readingOf, recordedSplit } from '@twilljs/data/node';
import { type Measure, taskNamed } from '@twilljs/eval';
import { readTokenizer } from '@twilljs/hub/node';
import type { Known } from '@twilljs/sweep';
import { FileError, OptionError } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import { type Origin, type RunRecord, readRunRecord } from '@twilljs/train/node';
import type { DeviceName } from '../command.ts';
import { readingFlag } from '../texts/flags.ts';
import { unlessBytes } from '../tokenizer.ts';
import { flagOf } from './field-flags.ts';
import type { Asked, Bag } from './flags.ts';

/** Of a directory, null where it holds no run. @throws FileError when the record is damaged. */
export function recordIn(directory: string): RunRecord | null {
  return existsSync(join(directory, 'run.json')) ? readRunRecord(directory) : null;
}

/**
 * Fills in from the record what is not asked for now. The model is no part of it: its configuration is `record.model`.
 *
 * @param path of the record, for messages.
 * @throws OptionError when a flag is not what it was.
 */
export function withRecord(asked: Asked, record: RunRecord, path: string, known: Known): Asked {
  const { data, training, origin, every, init, seed } = record;
  const refuse = (flag: string, is: unknown, was: unknown): never => {
    throw new OptionError(`${flag} is ${is} but ${was} in ${path}; leave it out, or choose another --out.`);
  };
  const agree = (bag: 'options' | 'training', before: Bag) => {
    for (const [field, value] of Object.entries(asked[bag])) {
      // More steps are a longer plan, and groups have parts: the run itself looks at both.
      if (field === 'steps' || field === 'groups' || !(field in before) || before[field] === value) continue;
      refuse(flagOf(bag, field), value, before[field]);
    }
  };
  if (data.kind === undefined) {
    throw new FileError(`${path}: data.kind is missing, which would name a task; another program began this run.`);
  }
  const family = taskNamed(known.tasks, data.kind, `${path}: data.kind`);
  if (asked.task !== undefined && taskNamed(known.tasks, asked.task, '--task') !== family) {
    refuse('--task', asked.task, family.name);
  }
  const split = family.readsText && recordedSplit(data);
  if (asked.split !== undefined && split && asked.split !== split) refuse('--split', asked.split, split);
  const reading = readingOf(data);
  for (const field of readingFields) {
    const [is, was] = [asked[field], reading[field]];
    if (is === undefined || readingOf({ [field]: is })[field] === was) continue;
    refuse(readingFlag(field), is, was ?? 'as usual');
  }
  agree('training', { ...training });
  agree('options', data);
  if (asked.init !== undefined && !init) {
    throw new OptionError(
      `--init is ${asked.init} but the run in ${path} began with fresh weights; leave it out, or choose another --out.`,
    );
  }
  if (asked.dtype !== undefined && init && asked.dtype !== init.dtype) refuse('--dtype', asked.dtype, init.dtype);
  if (asked.seed !== undefined && asked.seed !== seed) refuse('--seed', asked.seed, seed);
  const own = Object.entries(data).filter(([field]) => field in family.fields);
  return {
    ...(origin.text.length > 0 && { data: origin.text }),
    ...(origin.evaluation.length > 0 && { evalData: origin.evaluation }),
    ...(split && { split }),
    ...(family.readsText && reading),
    ...(split && { tokenizer: data.tokenizer ? dirname(path) : 'bytes' }),
    ...(init && { init: init.directory, dtype: init.dtype }),
    ...(every.validation !== null && { evalEvery: every.validation }),
    ...(every.checkpoint !== null && { checkpointEvery: every.checkpoint }),
    ...(origin.device !== null && { device: origin.device as DeviceName }),
    seed,
    ...asked,
    task: family.name,
    options: { ...Object.fromEntries(own), ...asked.options },
    training: { steps: training.steps, ...asked.training }, // what else is left out, the run fills in
  };
}

/** @throws OptionError where text would become other ids than those that a run was trained in. @param path of the record. */
export async function requireTokenizer(
  { tokenizer: asked }: Asked,
  tokenizer: Tokenizer,
  { data }: RunRecord,
  path: string,
): Promise<void> {
  const [is, was] = [unlessBytes(tokenizer), data.tokenizer];
  if ((await is?.digest()) === was) return;
  const what = asked === dirname(path) ? `${path}: tokenizer.json beside it` : `--tokenizer ${asked}`;
  const than = asked === dirname(path) ? 'it began with; put that back' : `that of the run in ${path}; leave it out`;
  throw new OptionError(`${what} is another tokenizer than ${than}, or choose another --out.`);
}

/** Says where a model that is trained further gets other ids than those that it has learned. */
export async function noteOfIds(
  { tokenizer: asked, init = '' }: Asked,
  tokenizer: Tokenizer,
  note: (line: string) => void,
): Promise<void> {
  const own = asked === undefined ? null : await readTokenizer(init);
  if (!own || (await own.digest()) === (await tokenizer.digest())) return;
  note(`note: --tokenizer ${asked} is not the tokenizer of ${init}: the model has learned other ids\n`);
}

/** Where what a run is made from lies, from any directory. */
export function originOf(
  { data = [], evalData = [], device }: Asked,
  modules: readonly string[],
  measures: readonly Measure[],
): Origin {
  return {
    text: data.map((pattern) => fromAnywhere(pattern)),
    evaluation: evalData.map((pattern) => fromAnywhere(pattern)),
    modules: modules.map((path) => resolve(path)),
    measures: measures.map(({ name }) => name),
    device: device ?? null,
  };
}
