// What needs files.
export {
  type Corpus,
  type CorpusOptions,
  type CorpusRecord,
  corpusRecord,
  hashOf,
  readCorpus,
  readTexts,
  recordedSplit,
  type SplitName,
  splitCorpus,
  splitRecord,
  splits,
  type Texts,
} from './corpus.ts';
export { type ReadOptions, readDocuments } from './read.ts';
export { readStandardInput, STANDARD_INPUT } from './standard-input.ts';
