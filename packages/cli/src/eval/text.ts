// Text to measure on: what was held out from a run, or any other, and what of it the run was trained on.
import { type Document, joinDocuments } from '@twilljs/data';
import { hashOf, readCorpus, readTexts, recordedSplit, STANDARD_INPUT, splitCorpus } from '@twilljs/data/node';
import { type Overlap, overlaps } from '@twilljs/eval';
import { isTwillError, OptionError } from '@twilljs/tensor';
import type { RunRecord } from '@twilljs/train/node';
import { whereItBegan } from '../train/resume.ts';

/** A text, and what is known of it. */
export interface MeasuredText {
  readonly bytes: Uint8Array;
  /** In words. */
  readonly what: string;
  /** Documents of it that are in the training text too; null where that text is not at hand. */
  readonly trainedOn: readonly Overlap[] | null;
}

/**
 * The text that was held out from a run, or all of another text.
 *
 * @param record of the run; null for a model without one.
 * @param data of `--data`.
 */
export async function textFor(
  dir: string,
  record: RunRecord | null,
  data: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<MeasuredText> {
  const recorded = record?.origin.text ?? [];
  const files = data ?? recorded;
  if (files.length === 0) {
    throw new OptionError(`${dir}: the task reads text, and the run was not trained on any; add --data.`);
  }
  if (!data && files.includes(STANDARD_INPUT)) {
    throw new OptionError(`${dir}: its text came from standard input and is not kept; give it, or another, by --data.`);
  }
  const texts = await (data ? readTexts(files, { signal }) : whereItBegan(dir, readTexts(files)));
  const { documents } = texts;
  if (record && hashOf(documents) === record.data.sha256) {
    const { split, evaluation, train } = splitCorpus(texts, recordedSplit(record.data));
    return toldOf(split.evaluation, evaluation, 'its text that was held out from training', train);
  }
  if (!data) {
    throw new OptionError(
      `${files.join(' ')}: it is not the text of the run any more; say what to measure on by --data.`,
    );
  }
  const what = documents.length === 1 ? documents[0].name : `the text of ${documents.length} files`;
  return toldOf(documents, joinDocuments(documents), what, record && (await trainingText(record)));
}

const toldOf = (documents: readonly Document[], bytes: Uint8Array, what: string, training: Uint8Array | null) => ({
  ...{ bytes, what, trainedOn: training && overlaps(documents, training) },
});

/** What a run was trained on, where its files are still there and still the same. */
async function trainingText({ origin, data }: RunRecord): Promise<Uint8Array | null> {
  if (origin.text.length === 0 || origin.text.includes(STANDARD_INPUT)) return null;
  try {
    const { sha256, train } = await readCorpus(origin.text, { split: recordedSplit(data) });
    return sha256 === data.sha256 ? train : null;
  } catch (error) {
    if (!isTwillError(error)) throw error;
    return null;
  }
}

/** Documents in a line at most. */
const NAMED = 4;

/** What of the text the model has seen: a line, or none. */
export function overlapLines(trainedOn: readonly Overlap[]): string[] {
  if (trainedOn.length === 0) return [];
  const named = trainedOn
    .slice(0, NAMED)
    .map(({ name, share }) => `${share === 1 ? 'all' : `about ${Math.ceil(100 * share)} %`} of ${name}`);
  const more = trainedOn.length > NAMED ? ` and parts of ${trainedOn.length - NAMED} more` : '';
  return [`note: word for word in the text that the run was trained on: ${named.join(', ')}${more}`];
}
