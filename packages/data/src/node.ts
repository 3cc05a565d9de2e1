// What needs files.
export { cacheDirectory } from './cache.ts';
export {
  type Corpus,
  type CorpusRecord,
  corpusRecord,
  type MixedRecord,
  readCorpus,
  readTexts,
  recordedSplit,
  type SplitName,
  splitCorpus,
  splitRecord,
  splits,
} from './corpus.ts';
export { type Format, formats } from './formats/kind.ts';
export { type OnBadLine, onBadLines } from './formats/pieces.ts';
export { type DatasetName, filesOfSplit, fromAnywhere } from './hub-names.ts';
export { type ReadOptions, readDocuments } from './read.ts';
export { type Reading, readingFields, readingOf } from './reading.ts';
export { holdsRows, readRows, type Table } from './rows.ts';
export type { EncodingIdentity } from './shards/encode.ts';
export type { ReadingProgress } from './shards/make.ts';
export { readStandardInput, STANDARD_INPUT } from './standard-input.ts';
export { type StreamOptions, streamTexts } from './stream.ts';
export type { Texts, TextsOptions } from './texts.ts';
export { hashOf, textsInMemory } from './texts-in-memory.ts';
