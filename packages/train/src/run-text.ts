// The text of a run: what was held out from it, or any other text beside what it was trained on.
import { join } from 'node:path';
import type { Tokens, TokenText } from '@twilljs/data';
import {
  type Reading,
  readCorpus,
  readingOf,
  readTexts,
  recordedSplit,
  STANDARD_INPUT,
  type TextsOptions,
} from '@twilljs/data/node';
import { readTokenizer } from '@twilljs/hub/node';
import { FileError, isTwillError, knownOnly, OptionError } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import { datasetFiles } from './dataset-files.ts';
import { RECORD, type RunRecord } from './record.ts';

/** Text to measure on. */
export interface RunText extends TokenText {
  /** In words. */
  readonly what: string;
  /** What the run was trained on; null where that is not at hand. */
  readonly training: Tokens | null;
}

/** Which text a run is trained on, where it is not the recorded one. */
export interface RunTextOptions {
  /** Another text: files and patterns. Default: what was held out from the run. */
  readonly files?: readonly string[] | undefined;
  /** How another text is read. Default: as the names of its files say. That of the run is read as it was. */
  readonly reading?: Reading;
  /** Default: that of the run, which lies in its directory; else a byte is a token. */
  readonly tokenizer?: TextsOptions['tokenizer'];
  /** Default: `datasetFiles`. */
  readonly dataset?: TextsOptions['dataset'];
  readonly onProgress?: TextsOptions['onProgress'];
  readonly signal?: TextsOptions['signal'];
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
  knownOnly('textOfRun', options, ['files', 'reading', 'tokenizer', 'dataset', 'onProgress', 'signal']);
  const { files, reading = {}, ...given } = options;
  const how = { dataset: datasetFiles, ...given, tokenizer: given.tokenizer ?? (await tokenizerOf(directory, record)) };
  const paths = files ?? record?.origin.text ?? [];
  if (paths.length === 0) {
    throw new OptionError(`${directory}: the run was not trained on text; say by --data what to read.`);
  }
  if (!files && paths.includes(STANDARD_INPUT)) {
    throw new OptionError(
      `${directory}: its text came from standard input and is not kept; give it, or another, by --data.`,
    );
  }
  const split = record ? recordedSplit(record.data) : undefined;
  const before = record ? readingOf(record.data) : {};
  const recorded = { ...how, ...before, split };
  // Another text may have another form; what marks its documents is a matter of the model.
  const { bos, eos } = before;
  const opened = readTexts(paths, files ? { ...how, bos, eos, ...reading, split } : recorded);
  const texts = await (files ? opened : whereItBegan(directory, opened));
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
    training: record && (await trainingText(record, recorded)),
  };
}

/** @throws FileError where a run was trained in ids of a tokenizer that is not in its directory. */
async function tokenizerOf(directory: string, record: RunRecord | null): Promise<Tokenizer | undefined> {
  if (!record?.data.tokenizer) return undefined;
  const found = await readTokenizer(directory);
  if (found) return found;
  throw new FileError(`${directory}: its tokenizer.json is gone; put it back, or give it by --tokenizer.`);
}

/** What a run was trained on, where its files are still there and still the same. */
async function trainingText({ origin, data }: RunRecord, how: TextsOptions): Promise<Tokens | null> {
  if (origin.text.length === 0 || origin.text.includes(STANDARD_INPUT)) return null;
  try {
    const { sha256, train } = await readCorpus(origin.text, how);
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
