// Text to measure on: what was held out from a run, or any other, and what of it the run was trained on.

import { joinDocuments } from '@twilljs/data';
import {
  type Corpus,
  hashOf,
  readCorpus,
  readTexts,
  recordedSplit,
  STANDARD_INPUT,
  splitCorpus,
} from '@twilljs/data/node';
import type { JsonObject } from '@twilljs/hub';
import { grouped } from '@twilljs/report';
import { isTwillError, OptionError } from '@twilljs/tensor';
import type { RunRecord } from '@twilljs/train/node';
import { whereItBegan } from '../train/resume.ts';
import { measureText, textProbe } from '../train/text.ts';
import type { Measuring } from './measuring.ts';
import { overlaps } from './overlap.ts';

export interface TextAsked {
  /** Of `--data`. */
  readonly data: readonly string[] | undefined;
  readonly lengths: readonly number[] | undefined;
  /** Every byte, instead of a sample. */
  readonly all: boolean;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Rows of a model that no record says the training length of. */
const LENGTH = 256;

/**
 * The text that was held out from a run, or all of another text.
 *
 * @param record of the run; null for a model without one.
 */
export async function onText(dir: string, record: RunRecord | null, asked: TextAsked): Promise<Measuring> {
  const { all, seed } = asked;
  const trained = record?.data ?? {};
  const { documents, text, what, training } = await textFor(dir, record, trained, asked);
  const trainedLength = typeof trained.length === 'number' && trained.kind === 'text' ? trained.length : null;
  const lengths = asked.lengths ?? [trainedLength ?? LENGTH];
  const probes = new Map(lengths.map((length) => [length, textProbe(text, length, seed, what)]));
  for (const length of asked.lengths ?? []) {
    if (text.length > length) continue;
    throw new OptionError(
      `--length ${length} reads ${grouped(length + 1)} bytes but ${what} has ${grouped(text.length)}; give more text or a smaller length.`,
    );
  }
  return {
    vocab: 256,
    isText: true,
    what: `${what}, ${grouped(text.length)} bytes`,
    lengths,
    trainedLength,
    trainedOn: training && overlaps(documents, training),
    measure: (model, length, onPart) => measureText(model, probes.get(length)!, { all, onPart }),
  };
}

interface Text extends Pick<Corpus, 'documents'> {
  readonly text: Uint8Array;
  /** In words. */
  readonly what: string;
  /** What the run was trained on; null where that is not known. */
  readonly training: Uint8Array | null;
}

async function textFor(
  dir: string,
  record: RunRecord | null,
  trained: JsonObject,
  { data, signal }: TextAsked,
): Promise<Text> {
  const recorded = record?.origin.text ?? [];
  const patterns = data ?? recorded;
  if (patterns.length === 0) {
    throw new OptionError('--task lm needs text, and the run was not trained on any; add --data.');
  }
  if (!data && patterns.includes(STANDARD_INPUT)) {
    throw new OptionError(`${dir}: its text came from standard input and is not kept; give it, or another, by --data.`);
  }
  const texts = await (data ? readTexts(patterns, { signal }) : whereItBegan(dir, readTexts(patterns)));
  if (trained.kind === 'text' && hashOf(texts.documents) === trained.sha256) {
    const { split, evaluation, train } = splitCorpus(texts, recordedSplit(trained));
    return {
      documents: split.evaluation,
      text: evaluation,
      what: 'its text that was held out from training',
      training: train,
    };
  }
  if (!data) {
    throw new OptionError(
      `${patterns.join(' ')}: it is not the text of the run any more; say what to measure on by --data.`,
    );
  }
  const text = joinDocuments(texts.documents);
  const what = texts.documents.length === 1 ? texts.documents[0].name : `the text of ${texts.documents.length} files`;
  return { documents: texts.documents, text, what, training: await trainingText(recorded, trained) };
}

/** What a run was trained on, where its files are still there and still the same. */
async function trainingText(patterns: readonly string[], trained: JsonObject): Promise<Uint8Array | null> {
  if (trained.kind !== 'text' || patterns.includes(STANDARD_INPUT)) return null;
  try {
    const { sha256, train } = await readCorpus(patterns, { split: recordedSplit(trained) });
    return sha256 === trained.sha256 ? train : null;
  } catch (error) {
    if (!isTwillError(error)) throw error;
    return null;
  }
}
