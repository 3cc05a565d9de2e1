// Text into ids and back: bytes, any tokenizer.json, and a trainer of byte-level BPE.
export { byteTokenizer } from './bytes.ts';
export type { ChatMessage, ChatTemplateOptions } from './chat.ts';
export { applyChatTemplate } from './chat.ts';
export type { FromFilesOptions, TokenizerFiles } from './from-files.ts';
export { tokenizerFileNames, tokenizerFromFiles } from './from-files.ts';
export type { FromJsonOptions } from './from-json.ts';
export { tokenizerFromJson } from './from-json.ts';
export type { DecodeOptions, DecodeStream, EncodeOptions, Tokenizer } from './tokenizer.ts';
export type { TrainBpeOptions, TrainBpeProgress } from './train-bpe.ts';
export { trainBpe } from './train-bpe.ts';
