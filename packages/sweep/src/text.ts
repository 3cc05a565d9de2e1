// The text of a sweep: read once to check and record it; each cell reads it again by its whole paths.
import { join } from 'node:path';
import {
  type Corpus,
  fromAnywhere,
  type Reading,
  readCorpus,
  readingOf,
  recordedSplit,
  type SplitName,
  STANDARD_INPUT,
  splitRecord,
  type TextsOptions,
} from '@twilljs/data/node';
import type { JsonObject } from '@twilljs/hub';
import { readTokenizer, writeAtomic } from '@twilljs/hub/node';
import { FileError, OptionError } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import { datasetFiles } from '@twilljs/train/node';
import type { SweepCell } from './plan.ts';
import type { SweepOrigin, SweepRecord } from './record.ts';

/** What is measured on, for messages. */
export const HELD_OUT = 'the text held out';

/** Which text. */
export interface TextChoice {
  /** Paths and patterns. */
  readonly files: readonly string[];
  /** How it is split. Default: as the text has it. */
  readonly split?: SplitName;
  /** How it is read. Default: as the names of the files say. */
  readonly reading?: Reading;
  /** What its text becomes ids by, and the texts of its files, which are kept with the sweep. Default: a byte is a token. */
  readonly tokenizer?: { readonly tokenizer: Tokenizer; readonly files: Readonly<Record<string, string>> };
  /** Of a text that everybody can get: the record has it instead of the files. */
  readonly source?: string;
}

/** Text that cells read. */
export interface SweepText extends TextChoice {
  readonly corpus: Corpus;
}

/**
 * Reads the text of a sweep.
 *
 * @param cells that will read it.
 * @param text which one; a function is asked only where a cell reads.
 * @param before of a sweep that goes on or is repeated: its text is split as it was.
 * @param how texts are fetched, and who is told.
 * @returns null where no cell learns from text: then nothing is read.
 * @throws FileError when it cannot be read; OptionError when it is too short to train or to measure on.
 */
export async function readSweepText(
  cells: readonly SweepCell[],
  text: TextChoice | (() => TextChoice),
  before?: SweepRecord | null,
  how: Pick<TextsOptions, 'dataset' | 'onProgress' | 'signal'> = {},
): Promise<SweepText | null> {
  if (!cells.some(({ asked }) => asked.family.readsText)) return null;
  const choice = typeof text === 'function' ? text() : text;
  if (choice.files.includes(STANDARD_INPUT)) {
    throw new FileError('--data -: every model of a sweep reads the text, a pipe gives it once; put it into a file.');
  }
  const split = before?.corpus ? recordedSplit(before.corpus) : choice.split;
  const reading = { ...(before?.corpus && readingOf(before.corpus)), ...choice.reading };
  const { tokenizer } = choice.tokenizer ?? {};
  const corpus = await readCorpus(choice.files, { dataset: datasetFiles, ...how, ...reading, tokenizer, split });
  check(cells, corpus);
  return { ...choice, reading, ...(split !== undefined && { split }), corpus };
}

/** What each cell would refuse. */
function check(cells: readonly SweepCell[], corpus: Corpus): void {
  const seen = new Set<string>();
  for (const { asked, data, training } of cells) {
    const key = JSON.stringify([asked.family.name, data]);
    if (!asked.family.readsText || seen.has(key)) continue;
    seen.add(key);
    asked.family.probe(data, {
      seed: 0,
      text: { ...corpus.evaluation, what: HELD_OUT },
    });
    asked.family.batches(data, { seed: 0, steps: training.steps, text: corpus });
  }
}

/** @throws OptionError when a cell learns from text and there is none. */
export function requireText(cells: readonly SweepCell[], text: SweepText | null): void {
  const reader = cells.find(({ asked }) => asked.family.readsText);
  if (reader && !text) throw new OptionError(`sweep: ${reader.name} learns from text and there is none; give text.`);
}

/** The files that a sweep has read, where somebody named them. */
export function recordedFiles({ origin }: SweepRecord): string[] | null {
  return origin?.patterns?.map((pattern) => fromAnywhere(pattern, origin.directory)) ?? null;
}

/** @throws FileError where a sweep reads a tokenizer's ids and the tokenizer is gone. */
export async function tokenizerOfSweep(directory: string, { corpus }: SweepRecord): Promise<Tokenizer | undefined> {
  if (!corpus?.tokenizer) return undefined;
  const found = await readTokenizer(directory);
  if (found) return found;
  throw new FileError(`${directory}: its tokenizer.json is gone; put it back.`);
}

/** Keeps the files of its tokenizer in the directory of a sweep, whose cells take it from there. */
export function keepTokenizer(directory: string, text: SweepText | null): void {
  for (const [name, content] of Object.entries(text?.tokenizer?.files ?? {}))
    writeAtomic(join(directory, name), content);
}

/** What is compared when a sweep goes on. */
export function corpusOf({ corpus }: SweepText): JsonObject {
  const { documents, sha256, areFiles, encoding, reading, mixed } = corpus;
  return {
    ...{ documents, sha256, ...splitRecord(corpus), ...reading },
    ...(encoding && { tokenizer: encoding.tokenizer }),
    ...(!areFiles && { rows: true }),
    ...(mixed && { mixture: mixed.map((one) => ({ ...one })) }),
  };
}

/** Where it comes from, for people. */
export function originOf({ files, source, corpus }: SweepText): SweepOrigin {
  return {
    title: source ?? files.join(' '),
    bytes: corpus.bytes,
    directory: process.cwd(),
    patterns: source === undefined ? files : null,
  };
}
