// The model of `tokenizer.json`: words into ids. Merging is the library's; what it would leave out in silence is refused here.
import { BPE, SequenceNormalizer, Unigram, WordPiece } from '@huggingface/tokenizers';
import { FileError, shown } from '@twilljs/tensor';
import type { JsonObject, TokenizerFile } from './file.ts';

export type Model = (words: string[]) => number[];

export function modelOf({ model, ids }: TokenizerFile, where: string): Model {
  const { type } = model;
  if (type === 'BPE') checkMerges(model, ids, where);
  const encode = new (type === 'BPE' ? BPE : type === 'Unigram' ? Unigram : WordPiece)(
    ...([model, ''] as unknown as [never, never]),
  ) as unknown as (words: string[]) => string[];
  return (words) => encode(words).map((token) => ids.get(token) as number);
}

/** Normal forms of text. */
export function normalizerOf(config: JsonObject | null): (text: string) => string {
  if (config === null) return (text) => text;
  return new SequenceNormalizer({ type: 'Sequence', normalizers: [config] } as never) as unknown as (
    text: string,
  ) => string;
}

function checkMerges(model: JsonObject, ids: ReadonlyMap<string, number>, where: string): void {
  const { merges, continuing_subword_prefix, dropout, unk_token } = model;
  if (dropout)
    throw new FileError(`${where}: its model drops merges by chance (dropout ${shown(dropout)}); set it to null.`);
  if (continuing_subword_prefix) {
    throw new FileError(
      `${where}: its BPE has the prefix ${shown(continuing_subword_prefix)} inside of words, which is not known here; use another tokenizer.`,
    );
  }
  if ((unk_token ?? null) !== null && !ids.has(unk_token as string)) {
    throw new FileError(`${where}: its unk_token ${shown(unk_token)} is not in the vocabulary; add it.`);
  }
  if (!Array.isArray(merges))
    throw new FileError(`${where}: its merges are ${shown(merges)} where a list is needed; check the file.`);
  for (const [i, merge] of merges.entries()) {
    const pair = typeof merge === 'string' ? merge.split(' ') : merge;
    if (!Array.isArray(pair) || pair.length !== 2 || pair.some((part) => typeof part !== 'string')) {
      throw new FileError(`${where}: merges[${i}] is ${shown(merge)} where two tokens are needed; check the file.`);
    }
    const missing = [...(pair as string[]), pair.join('')].find((token) => !ids.has(token));
    if (missing === undefined) continue;
    throw new FileError(
      `${where}: merges[${i}] needs ${shown(missing)}, which is not in the vocabulary; the file is cut or mixed up.`,
    );
  }
}
