// Ids that mark where documents begin and end.

import { OptionError, shown } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import type { Marks } from './shards/encode.ts';

export interface MarkOptions {
  /** The token before each document, by its name. Default: what the tokenizer's file puts there, which may be none. */
  readonly bos?: string | undefined;
  /** The token after each document. Default: what the file puts there; where it marks neither side, the token of the end of a text. */
  readonly eos?: string | undefined;
}

/** @throws OptionError for a token that the tokenizer has not, or where there is no tokenizer: bytes have no such tokens. */
export function marksOf(tokenizer: Tokenizer | undefined, { bos, eos }: MarkOptions): Marks {
  const ids = (option: 'bos' | 'eos', token: string | undefined): number[] | null => {
    if (token === undefined) return null;
    const id = tokenizer?.tokenToId(token) ?? null;
    if (id !== null) return [id];
    const why = tokenizer ? 'the tokenizer has no such token' : 'bytes have no such token';
    throw new OptionError(`${option} is ${shown(token)}; ${why}; name one that it has, or leave it out.`);
  };
  const [before, after] = [ids('bos', bos), ids('eos', eos)];
  const own = tokenizer ? ownMarks(tokenizer) : { before: [], after: [] };
  const isBare = [before ?? own.before, own.after].every((marks) => marks.length === 0);
  const end = isBare && tokenizer && tokenizer.eosId !== null ? [tokenizer.eosId] : own.after;
  return { before: before ?? own.before, after: after ?? end };
}

/** What the file of a tokenizer puts around a text. */
function ownMarks(tokenizer: Tokenizer): Marks {
  const text = 'a';
  const inner = tokenizer.encode(text, { addSpecialTokens: false });
  const all = [...tokenizer.encode(text)];
  const at = all.findIndex((_, i) => inner.every((id, j) => all[i + j] === id));
  if (at === -1)
    throw new OptionError(`the tokenizer gives other ids to "${text}" with its special tokens; name bos and eos.`);
  return { before: all.slice(0, at), after: all.slice(at + inner.length) };
}
