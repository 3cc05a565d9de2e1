// What a run trains on and is measured by: a task, and the text that it reads.
import type { Batches } from '@twilljs/data';
import { corpusRecord, readCorpus, readingOf, readTexts } from '@twilljs/data/node';
import { grouped, type Probe, type TaskFamily, taskNamed, taskRecord, taskSettings } from '@twilljs/eval';
import type { JsonObject } from '@twilljs/hub';
import type { Fields, Given } from '@twilljs/nn';
import { corpusText } from '@twilljs/report/node';
import type { Known } from '@twilljs/sweep';
import { OptionError } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import { type RunRecord, whereItBegan } from '@twilljs/train/node';
import { givenReading } from '../texts/flags.ts';
import type { TextReader } from '../texts/reader.ts';
import { unlessBytes } from '../tokenizer.ts';
import { flagOf } from './field-flags.ts';
import type { Asked } from './flags.ts';

export interface OpenedData {
  readonly family: TaskFamily;
  /** Ids that occur. */
  readonly vocab: number;
  readonly batches: Batches;
  readonly probe: Probe;
  /** What the data are, for the record. */
  readonly record: JsonObject;
  /** What is trained on and what is held out, in lines; empty where every row is made for the occasion. */
  readonly about: string;
}

export interface Opening {
  readonly seed: number;
  /** Of the run that goes on. */
  readonly before: RunRecord | null;
  /** What text becomes ids by. */
  readonly tokenizer: Tokenizer;
  /** Where the record names the text, the run in which it does. */
  readonly begunIn: string | null;
  readonly reader: TextReader;
}

/**
 * Opens what the flags name.
 *
 * @throws OptionError when they name nothing, two things, or options that the task has not.
 */
export async function openData(asked: Asked, known: Known, opening: Opening): Promise<OpenedData> {
  const { seed, before, begunIn, reader } = opening;
  const tokenizer = unlessBytes(opening.tokenizer);
  const family = taskOf(asked, known);
  const settings = taskSettings(family, asked.options as Given<Fields>, 'train');
  // Over which a task grows harder: those of the first plan, however long the run becomes.
  const steps = before ? (before.extended[0]?.from ?? before.training.steps) : Number(asked.training.steps ?? STEPS);
  if (!family.readsText) {
    const batches = family.batches(settings, { seed, steps });
    const probe = family.probe(settings, { seed: 0 });
    return { family, vocab: family.vocab(settings), batches, probe, record: taskRecord(family, settings), about: '' };
  }
  const { data, evalData, split } = asked;
  const reading = { ...reader, ...readingOf(asked), tokenizer };
  if (!data) throw new OptionError(`--task ${family.name} reads text and there is no --data; give some.`);
  const opened = readCorpus(data, { ...reading, split });
  const corpus = await (begunIn === null ? opened : whereItBegan(begunIn, opened));
  const other = evalData && (await readTexts(evalData, reading)).all();
  const text = other
    ? { ...other, what: 'the text of --eval-data' }
    : { ...corpus.evaluation, what: 'the text held out' };
  const probe = family.probe(settings, { seed: 0, text }); // before training, which is too long to find out after it
  return {
    family,
    vocab: tokenizer?.vocabSize ?? family.vocab(settings),
    batches: family.batches(settings, { seed, steps, text: corpus }),
    probe,
    record: taskRecord(family, settings, corpusRecord(corpus)),
    about: corpusText(corpus) + (other ? `measured    ${grouped(other.bytes)} bytes of other text\n` : ''),
  };
}

/** Steps of a run where nobody says how many. */
export const STEPS = 500;

/** The task that is asked for; of text alone, that which reads it. */
function taskOf(asked: Asked, known: Known): TaskFamily {
  const { task, data, evalData, split, tokenizer, options } = asked;
  if (task === undefined && !data) {
    throw new OptionError('nothing to train on: neither --data nor --task is given; give one of them.');
  }
  const reader = known.tasks.find(({ readsText }) => readsText) as TaskFamily;
  const family = task === undefined ? reader : taskNamed(known.tasks, task, '--task');
  const texts = {
    ...{ '--eval-data': evalData?.[0], '--split': split, '--tokenizer': tokenizer },
    ...Object.fromEntries(givenReading(readingOf(asked))),
  };
  if (!family.readsText && data) {
    throw new OptionError(`--data ${data[0]} and --task ${task} both name what to train on; give one of them.`);
  }
  for (const [flag, value] of Object.entries(texts)) {
    if (family.readsText || value === undefined) continue;
    throw new OptionError(`${flag} ${value} is about text but --task ${task} makes its own rows; leave one out.`);
  }
  for (const [field, value] of Object.entries(options)) {
    if (field in family.fields) continue;
    const beside = task === undefined ? '--data' : `--task ${task}`;
    throw new OptionError(
      `${flagOf('options', field)} ${value} means nothing with ${beside}, whose options are ${Object.keys(family.fields).join(', ')}; leave it out.`,
    );
  }
  return family;
}
