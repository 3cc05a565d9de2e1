// What `twill eval` measures: a task, at one length of its rows or at several.

import { type Reading, readingOf } from '@twilljs/data/node';
import {
  grouped,
  type Measure,
  measuresOf,
  type Overlap,
  overlaps,
  type Probe,
  type TaskFamily,
  taskNamed,
  taskSettings,
} from '@twilljs/eval';
import { furtherMeasures, type Known } from '@twilljs/sweep';
import { OptionError } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import { type RunRecord, textOfRun } from '@twilljs/train/node';
import { known as base } from 'twilljs';
import { assignments } from './flags.ts';
import { knownHere } from './known.ts';
import type { TextReader } from './texts/reader.ts';
import { unlessBytes } from './tokenizer.ts';

export interface EvalAsked extends Reading {
  /** By name. */
  readonly task: string | undefined;
  readonly data: readonly string[] | undefined;
  readonly length: readonly number[] | undefined;
  readonly taskOption: readonly string[] | undefined;
  /** By name, beside those of the task. */
  readonly measure: readonly string[];
  readonly all: true | undefined;
  readonly seed: number;
  /** Of the text. */
  readonly tokenizer: Tokenizer;
}

export interface Measuring {
  readonly family: TaskFamily;
  readonly measures: readonly Measure[];
  /** Ids that occur. */
  readonly vocab: number;
  /** On what, in words. */
  readonly what: string;
  /** One for each length of rows, in the order that was asked for. */
  readonly probes: readonly { readonly length: number; readonly probe: Probe }[];
  /** Tokens of the rows that the model was trained on; null where nothing says it. */
  readonly trainedLength: number | null;
  /** Documents of the text that are in the training text too; null where that text is not at hand, or the task reads none. */
  readonly trainedOn: readonly Overlap[] | null;
}

/**
 * @param known with the modules of the run and of the flags.
 * @param own measures that the flags name.
 * @throws OptionError when flags, run and task do not go together.
 */
export async function openMeasuring(
  dir: string,
  record: RunRecord | null,
  asked: EvalAsked,
  known: Known,
  modules: readonly string[],
  reader: TextReader,
): Promise<Measuring> {
  const { data, length: lengths, seed, all, tokenizer } = asked;
  const family = taskOf(dir, record, asked, known);
  const isOwn = record?.data.kind === family.name;
  // Measures of the run are those of its task; of another one only what is asked for now.
  const names = [...(isOwn ? record.origin.measures : []), ...asked.measure];
  const at = isOwn ? known : await knownHere(modules);
  const measures = measuresOf(family, furtherMeasures(at, base, names, '--measure'));
  const trained = isOwn ? Object.entries(record.data).filter(([field]) => field in family.fields) : [];
  const said = assignments('--task-option', asked.taskOption);
  const own = said.find(([field]) => field === 'length' || field === 'batch');
  if (own) throw new OptionError(`--task-option ${own[0]}: rows are measured by --length, alone; leave it out.`);
  const options = { ...Object.fromEntries([...trained, ...said]), batch: 1 };
  const settings = (length?: number) =>
    taskSettings(family, { ...options, ...(length !== undefined && { length }) }, 'eval');
  const { length: ownLength } = settings();
  for (const [i, length] of lengths?.entries() ?? []) {
    if (lengths?.indexOf(length) !== i) throw new OptionError(`--length ${length} is given twice; give it once.`);
  }
  const text = family.readsText
    ? await textOfRun(dir, record, {
        ...{ files: data, tokenizer: unlessBytes(tokenizer), reading: readingOf(asked) },
        ...reader,
      })
    : null;
  const flag = data ? `--data ${data[0]}` : all ? '--all' : null;
  if (!text && flag) {
    throw new OptionError(
      `${flag} is about text but the task is ${family.name}, which reads none; leave one of them out.`,
    );
  }
  const unit = text?.tokens.length === text?.bytes ? 'bytes' : 'tokens';
  const probeOf = (length: number) => {
    if (lengths && text && text.tokens.length <= length) {
      throw new OptionError(
        `--length ${length} reads ${grouped(length + 1)} ${unit} but ${text.what} has ${grouped(text.tokens.length)}; give more text or a smaller length.`,
      );
    }
    // Where the length is what is hard, it is measured alone, also beyond that of training.
    const at = lengths && family.axis.field === 'length' ? { at: [length] } : {};
    return { length, probe: family.probe(settings(length), { seed, ...at, ...(text && { text }) }) };
  };
  return {
    family,
    measures,
    vocab: family.vocab(settings()),
    what: text ? `${text.what}, ${grouped(text.tokens.length)} ${unit}` : `${family.name}, fresh rows of seed ${seed}`,
    probes: (lengths ?? [ownLength]).map(probeOf),
    trainedLength: isOwn ? ownLength : null,
    trainedOn: text?.training ? overlaps(text.documents, text.training) : null,
  };
}

/** What is asked for, or what the run was trained on; of a model without a record, whose text is given, that which reads it. */
function taskOf(dir: string, record: RunRecord | null, { task, data }: EvalAsked, known: Known): TaskFamily {
  const name = task ?? record?.data.kind;
  if (name !== undefined)
    return taskNamed(known.tasks, name, task === undefined ? `${dir}/run.json: data.kind` : '--task');
  const reader = known.tasks.find(({ readsText }) => readsText);
  if (data && reader) return reader;
  throw new OptionError(`${dir}: it records no training that would say what to measure; add --task.`);
}
