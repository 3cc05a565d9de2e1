// A corpus: texts, what of them is trained on, and what is kept from it.
import { OptionError } from '@twilljs/tensor';
import { weighted } from './hub-names.ts';
import { mixedTexts } from './mixed-texts.ts';
import type { Reading } from './reading.ts';
import { type SplitName, splits } from './split.ts';
import { checkTexts, readUnmixed, type Texts, type TextsOptions } from './texts.ts';
import type { TokenSides } from './token-text.ts';

export { type SplitName, splits };

/** Text that is trained on, and text that is held out. */
export interface Corpus extends Omit<Texts, 'all' | 'split' | 'mixture'>, TokenSides {
  /** What a record says of the texts of a mixture. */
  readonly mixed?: readonly MixedRecord[];
}

/** What a record keeps of one source of a mixture. */
export interface MixedRecord {
  readonly weight: number;
  readonly documents: number;
  readonly sha256: string;
}

/**
 * Reads files, or standard input for `-`. Plain text of bytes that is not large is kept in memory; all else becomes tokens once, in a
 * file of Twill's cache that is read by position, and is found there again as long as text and tokenizer are the same.
 *
 * @param patterns as `readDocuments` takes them. With weights, `0.7:web/*.txt` and `0.3:code/**`, each is a text of a mixture.
 * @throws FileError as `readDocuments` does, and where tokens cannot be kept on disk; OptionError for weights that only some have.
 */
export async function readTexts(patterns: string | readonly string[], options: TextsOptions = {}): Promise<Texts> {
  const list = checkTexts('readTexts', patterns, options);
  const parts = list.map(weighted);
  const first = parts.find(({ weight }) => weight !== null);
  if (!first) return readUnmixed(list, options);
  const without = parts.find(({ weight }) => weight === null);
  if (without) {
    throw new OptionError(
      `data: ${without.pattern} has no weight but ${first.pattern} has ${first.weight}; give all of them one, as in 0.5:${without.pattern}, or none.`,
    );
  }
  const read: { weight: number; texts: Texts }[] = [];
  for (const { weight, pattern } of parts) {
    read.push({ weight: weight as number, texts: await readUnmixed([pattern], options) });
  }
  return mixedTexts(read);
}

/** Reads texts and splits them into what is trained on and what is kept from it. */
export async function readCorpus(patterns: string | readonly string[], options: TextsOptions = {}): Promise<Corpus> {
  return splitCorpus(await readTexts(patterns, options), options.split);
}

/** Texts as what is trained on and what is held out. */
export function splitCorpus(texts: Texts, name?: SplitName): Corpus {
  const { all: _, split, mixture, ...rest } = texts;
  const mixed = mixture?.map(({ weight, texts: { documents, sha256 } }) => ({ weight, documents, sha256 }));
  return { ...rest, ...split(name), ...(mixed && { mixed }) };
}

/** What a record says of a corpus. */
export interface CorpusRecord extends Reading {
  readonly documents: number;
  readonly trainBytes: number;
  readonly evaluationBytes: number;
  /** Of the ids of all documents. */
  readonly sha256: string;
  readonly split?: 'within';
  /** Of text that is not bytes. */
  readonly trainTokens?: number;
  readonly evaluationTokens?: number;
  readonly tokenizer?: string;
  readonly mixture?: readonly MixedRecord[];
}

/** What a record of a run keeps of a corpus: its size, hash and parts. */
export function corpusRecord(corpus: Corpus): CorpusRecord {
  const { documents, train, evaluation, sha256, encoding, reading, mixed } = corpus;
  const tokens = encoding && {
    trainTokens: train.tokens.length,
    evaluationTokens: evaluation.tokens.length,
    tokenizer: encoding.tokenizer,
  };
  return {
    ...{ documents, trainBytes: train.bytes, evaluationBytes: evaluation.bytes, sha256 },
    ...splitRecord(corpus),
    ...tokens,
    ...reading,
    ...(mixed && { mixture: mixed }),
  };
}

/**
 * The part of a record that says how a corpus is split. Nothing stands for whole documents, as in every record from before
 * documents were cut.
 */
export function splitRecord({ documents, within }: Corpus): Pick<CorpusRecord, 'split'> {
  return documents > 1 && within ? { split: 'within' } : {};
}

/** How the corpus of a record was split. */
export const recordedSplit = ({ split }: Readonly<Record<string, unknown>>): SplitName =>
  split === 'within' ? 'within' : 'documents';
