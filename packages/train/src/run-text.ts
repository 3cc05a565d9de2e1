// The text of a run: what was held out from it, or any other text beside what it was trained on.
import { join } from 'node:path';
import type { Tokens, TokenText } from '@twilljs/data';
import { readCorpus, readTexts, recordedSplit, STANDARD_INPUT } from '@twilljs/data/node';
import { FileError, isTwillError, knownOnly, OptionError } from '@twilljs/tensor';
import { RECORD, type RunRecord } from './record.ts';

/** Text to measure on. */
export interface RunText extends TokenText {
  /** In words. */
  readonly what: string;
  /** What the run was trained on; null where that is not at hand. */
  readonly training: Tokens | null;
}

export interface RunTextOptions {
  /** Another text: files and patterns. Default: what was held out from the run. */
  readonly files?: readonly string[] | undefined;
  /** Ends the reading of standard input. */
  readonly signal?: AbortSignal;
}

/**
 * The part of a run's text that was held out from training, or all of another text.
 *
 * @param directory of the run, for messages.
 * @param record null for a model that no run has left.
 * @throws OptionError where there is no text; FileError where it cannot be read.
 */
export async function textOfRun(
  directory: string,
  record: RunRecord | null,
  options: RunTextOptions = {},
): Promise<RunText> {
  knownOnly('textOfRun', options, ['files', 'signal']);
  const { files, signal } = options;
  const recorded = record?.origin.text ?? [];
  const paths = files ?? recorded;
  if (paths.length === 0) {
    throw new OptionError(`${directory}: the run was not trained on text; say by --data what to read.`);
  }
  if (!files && paths.includes(STANDARD_INPUT)) {
    throw new OptionError(
      `${directory}: its text came from standard input and is not kept; give it, or another, by --data.`,
    );
  }
  const split = record ? recordedSplit(record.data) : undefined;
  const reading = readTexts(paths, { split, signal });
  const texts = await (files ? reading : whereItBegan(directory, reading));
  if (record && texts.sha256 === record.data.sha256) {
    const { evaluation, train } = texts.split(split);
    return { ...evaluation, what: 'its text that was held out from training', training: train.tokens };
  }
  if (!files) {
    throw new OptionError(
      `${paths.join(' ')}: it is not the text of the run any more; say what to measure on by --data.`,
    );
  }
  const all = texts.all();
  const unit = texts.areFiles ? 'files' : 'documents';
  return {
    ...all,
    what: all.documents.length === 1 ? `${all.documents.at(0)?.name}` : `the text of ${texts.documents} ${unit}`,
    training: record && (await trainingText(record)),
  };
}

/** What a run was trained on, where its files are still there and still the same. */
async function trainingText({ origin, data }: RunRecord): Promise<Tokens | null> {
  if (origin.text.length === 0 || origin.text.includes(STANDARD_INPUT)) return null;
  try {
    const { sha256, train } = await readCorpus(origin.text, { split: recordedSplit(data) });
    return sha256 === data.sha256 ? train.tokens : null;
  } catch (error) {
    if (!isTwillError(error)) throw error;
    return null;
  }
}

/**
 * What a run reads, by the paths that its record has: they hold where the run began.
 *
 * @throws FileError that says so, where a path does not.
 */
export async function whereItBegan<T>(directory: string, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (!isTwillError(error) || error.option !== 'data') throw error;
    const why = error.message.replace(/^data: |\.$/g, '');
    throw new FileError(`${join(directory, RECORD)} names the text: ${why}, or say by --data where it is now.`);
  }
}
