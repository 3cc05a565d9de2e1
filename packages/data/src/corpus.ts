// A corpus: texts from files or a pipe, what of them is trained on, and what is kept from it.
import { createHash } from 'node:crypto';
import { FileError, knownOnly } from '@twilljs/tensor';
import { type Document, documentBegins, joinDocuments, type Split, splitDocuments } from './documents.ts';
import { readDocuments } from './read.ts';
import { readStandardInput, STANDARD_INPUT } from './standard-input.ts';

/** How text is kept from training: whole documents, the last of every ten; or the last tenth within each document. */
export const splits = ['documents', 'within'] as const;
export type SplitName = (typeof splits)[number];

/** What was read. */
export interface Texts {
  readonly documents: readonly Document[];
  /** What was found and is not read, a line each. */
  readonly leftOut: readonly string[];
}

/** Text that is trained on, and text that is held out. */
export interface Corpus extends Texts {
  readonly split: Split;
  readonly train: Uint8Array;
  readonly evaluation: Uint8Array;
  /** Where documents begin in both. */
  readonly trainBegins: Int32Array;
  readonly evaluationBegins: Int32Array;
  readonly sha256: string;
}

export interface CorpusOptions {
  /** Default: within documents where fewer than ten hold text. */
  readonly split?: SplitName | undefined;
  /** Ends the reading of standard input. */
  readonly signal?: AbortSignal;
}

/** Bytes of standard input at most. */
const MOST_PIPED = 2 ** 30;

/** Reads files, or standard input for `-`. @throws FileError as `readDocuments` does. */
export async function readTexts(
  patterns: readonly string[],
  { signal = new AbortController().signal }: Pick<CorpusOptions, 'signal'> = {},
): Promise<Texts> {
  const leftOut: string[] = [];
  const paths = patterns.filter((pattern) => pattern !== STANDARD_INPUT);
  const note = (line: string) => leftOut.push(line);
  const documents = paths.length > 0 || patterns.length === 0 ? await readDocuments(paths, { note }) : [];
  if (paths.length === patterns.length) return { documents, leftOut };
  const bytes = await readStandardInput('--data', MOST_PIPED, signal);
  if (bytes.length === 0) throw new FileError('data: standard input holds no byte; pipe some text into it.');
  return { documents: [...documents, { name: 'standard input', bytes }], leftOut };
}

/** Reads texts and splits them into what is trained on and what is kept from it. */
export async function readCorpus(patterns: readonly string[], options: CorpusOptions = {}): Promise<Corpus> {
  knownOnly('readCorpus', options, ['split', 'signal']);
  return splitCorpus(await readTexts(patterns, options), options.split);
}

export function splitCorpus({ documents, leftOut }: Texts, name: SplitName | undefined): Corpus {
  const split = splitAs(documents, name);
  return {
    documents,
    leftOut,
    split,
    train: joinDocuments(split.train),
    evaluation: joinDocuments(split.evaluation),
    trainBegins: documentBegins(split.train),
    evaluationBegins: documentBegins(split.evaluation),
    sha256: hashOf(documents),
  };
}

/** What texts are, whatever they are called. */
export function hashOf(documents: readonly Document[]): string {
  const hash = createHash('sha256');
  for (const { bytes } of documents) hash.update(`${bytes.length}:`).update(bytes);
  return hash.digest('hex');
}

/**
 * Of whole documents at least one is kept, however few there are; a single one can only be cut. Among few an empty one is none:
 * it would be all that is kept. Among many it counts, as it always did, so that runs go on with what they began with.
 */
function splitAs(documents: readonly Document[], name: SplitName | undefined): Split {
  if (name !== 'documents') return splitDocuments(documents, name && { within: true });
  if (documents.length >= 10) return splitDocuments(documents, { within: false });
  const texts = documents.filter(({ bytes }) => bytes.length > 0);
  const { length } = texts;
  return splitDocuments(texts, length > 1 ? { every: length, within: false } : { within: true });
}

/** What a record says of a corpus. */
export interface CorpusRecord {
  readonly documents: number;
  readonly trainBytes: number;
  readonly evaluationBytes: number;
  /** `hashOf` its documents. */
  readonly sha256: string;
  readonly split?: 'within';
}

export function corpusRecord(corpus: Corpus): CorpusRecord {
  const { documents, train, evaluation, sha256 } = corpus;
  const sizes = { documents: documents.length, trainBytes: train.length, evaluationBytes: evaluation.length };
  return { ...sizes, sha256, ...splitRecord(corpus) };
}

/**
 * The part of a record that says how a corpus is split. Nothing stands for whole documents, as in every record from before
 * documents were cut.
 */
export function splitRecord({ documents, split }: Corpus): Pick<CorpusRecord, 'split'> {
  return documents.length > 1 && split.within ? { split: 'within' } : {};
}

/** How the corpus of a record was split. */
export const recordedSplit = ({ split }: Readonly<Record<string, unknown>>): SplitName =>
  split === 'within' ? 'within' : 'documents';
