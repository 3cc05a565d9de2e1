// Texts from files, directories, patterns, the Hub or a pipe, as tokens: in memory where they are few bytes, else in a shard on disk.

import { knownOnly, OptionError } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import type { Document } from './documents.ts';
import { type FoundFile, findFiles } from './find.ts';
import { isText } from './formats/kind.ts';
import { type DatasetName, datasetNamed } from './hub-names.ts';
import { marksOf } from './marks.ts';
import { checkPatterns, checkReading, nothingIn, readAll } from './read.ts';
import { type Reading, readingFields, readingOf } from './reading.ts';
import { refused } from './refused.ts';
import { byteEncoding, type EncodingIdentity, tokenEncoding } from './shards/encode.ts';
import type { ReadingProgress } from './shards/make.ts';
import { shardTexts } from './shards/shard-texts.ts';
import { passingShard, shardOf, sourcesOf } from './shards/store.ts';
import { type SplitName, splits } from './split.ts';
import { Piped, requireColumns, STANDARD_INPUT } from './standard-input.ts';
import { textsInMemory } from './texts-in-memory.ts';
import type { TokenSides, TokenText } from './token-text.ts';

/** What was read. */
export interface Texts {
  /** How many, and how many of them hold text. */
  readonly documents: number;
  readonly texts: number;
  /** Bytes of all of them. */
  readonly bytes: number;
  /** Whether each is a file of its own. */
  readonly areFiles: boolean;
  /** Names of the first few that hold no text. */
  readonly empty: readonly string[];
  /** What was found and is not read, a line each. */
  readonly leftOut: readonly string[];
  /** What they are, whatever they are called. */
  readonly sha256: string;
  /** By what they became tokens; null where a byte is one. */
  readonly encoding: EncodingIdentity | null;
  /** How they were read. */
  readonly reading: ReturnType<typeof readingOf>;
  /** All of them. */
  all(): TokenText;
  /** @throws OptionError when either side would be empty. */
  split(name?: SplitName): TokenSides;
  /** The texts of a mixture, each by its weight; they add up to 1. */
  readonly mixture?: readonly { readonly weight: number; readonly texts: Texts }[];
}

/** How texts are read, encoded and split. */
export interface TextsOptions extends Reading {
  /** Default: a byte is a token. */
  readonly tokenizer?: Tokenizer | undefined;
  /** How the text will be split. To cut documents that are many takes longer to prepare. */
  readonly split?: SplitName | undefined;
  /** Gives the files of a data set of the Hub, by `org/name` where no such path exists. Default: such a path is missing. */
  readonly dataset?: ((name: DatasetName) => Promise<readonly string[]>) | undefined;
  /** Told of a text that becomes tokens, which can take long. */
  readonly onProgress?: ((progress: ReadingProgress) => void) | undefined;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** Names of the options. */
const known = ['tokenizer', 'split', 'dataset', 'onProgress', 'signal', ...readingFields];

/** Bytes of plain text that are kept in memory, at most. */
const MOST_IN_MEMORY = 2 ** 26;

/** What stands in a list of patterns without weights. */
export async function readUnmixed(patterns: readonly string[], options: TextsOptions): Promise<Texts> {
  const { tokenizer, format, dataset, signal = new AbortController().signal, split, ...rest } = options;
  const marks = marksOf(tokenizer, options);
  const leftOut: string[] = [];
  const note = (line: string) => leftOut.push(line);
  const isPiped = patterns.includes(STANDARD_INPUT);
  const paths = await pathsOf(patterns, dataset);
  const files = paths.length > 0 ? await findFiles(paths, { format, note }) : [];
  if (paths.length === 0) requireColumns(format, rest.column);
  const piped = isPiped ? await Piped.open('--data', MOST_IN_MEMORY, signal, format) : null;
  const isPlain = (file: FoundFile) => isText(file.format) && file.compression === null;
  const size = files.reduce((sum, file) => sum + file.size, piped?.held ?? 0);
  if (!tokenizer && files.every(isPlain) && size <= MOST_IN_MEMORY && piped?.whole !== null) {
    const documents: Document[] = await readAll(files, { signal, note });
    if (piped) documents.push({ name: piped.name, bytes: piped.whole });
    if (documents.every(({ bytes }) => bytes.length === 0)) throw nothingIn(patterns, files.length);
    return textsInMemory(documents, leftOut, readingOf(options));
  }
  const encoding = tokenizer ? await tokenEncoding(tokenizer, marks) : byteEncoding();
  const { column, onBadLine, onProgress } = rest;
  const store = { column, onBadLine, onProgress, cuts: split === 'within' ? 'all' : 'few', signal, note } as const;
  const piping = piped && {
    name: piped.name,
    pieces: (told: Parameters<Piped['pieces']>[1]) => piped.pieces(rest, told),
  };
  const shard = piping
    ? await passingShard({ ...store, encoding, of: null, sources: [...sourcesOf(files, store), piping] })
    : await shardOf(files, encoding, store);
  if (shard.footer.texts === 0) throw nothingIn(patterns, files.length);
  const named = [...files, ...(piped ? [piped] : [])];
  return shardTexts(shard, named, encoding, { leftOut, reading: readingOf(options) });
}

/** Without standard input, and with the files of data sets instead of their names. */
export async function pathsOf(patterns: readonly string[], dataset: TextsOptions['dataset']): Promise<string[]> {
  const paths: string[] = [];
  for (const pattern of patterns) {
    if (pattern === STANDARD_INPUT) continue;
    const name = dataset ? datasetNamed(pattern) : null;
    if (!name || !dataset) {
      paths.push(pattern);
      continue;
    }
    const files = await dataset(name).catch((error: Error) => {
      if (error.name !== 'HubError') throw error;
      throw refused(pattern, `${pattern} is no path, and on the Hub: ${error.message}`, error);
    });
    if (files.length === 0) throw refused(pattern, `${name.id} has no files of a split ${name.split}; name another.`);
    paths.push(...files);
  }
  return paths;
}

/** @throws OptionError for what are no patterns, or options that nobody reads. */
export function checkTexts(where: string, patterns: unknown, options: TextsOptions): readonly string[] {
  knownOnly(where, options, known);
  checkReading(where, options);
  if (options.split !== undefined && !splits.includes(options.split)) {
    throw new OptionError(`${where}: split is ${JSON.stringify(options.split)}; give "documents" or "within".`);
  }
  return checkPatterns(where, patterns);
}
