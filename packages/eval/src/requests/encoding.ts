// How texts of requests become ids.
import type { Tokenizer } from '@twilljs/tokenizers';

/** Between texts of bytes, which have no token of a beginning. */
const LINE_BREAK = 10;

/** How prompts become ids: what stands before each, and pieces within one. */
export interface Encoding {
  /** What stands before a text that has nothing before it: the token of the beginning, else that of the end; null where there is none. */
  readonly prefix: number | null;
  /** With what the tokenizer wants around every text, but where the text begins with the name of the prefix: it has it already then. */
  encode(text: string): Int32Array;
  /** The ids of a text alone. */
  inside(text: string): Int32Array;
}

/** The encoding of a tokenizer. Of bytes the prefix is a line break, for they have no other. */
export function encodingOf(tokenizer: Tokenizer): Encoding {
  const { kind, bosId, eosId } = tokenizer;
  const prefix = kind === 'bytes' ? LINE_BREAK : (bosId ?? eosId);
  const name = prefix === null ? '' : tokenizer.decode([prefix]);
  const startsAlready = (text: string) => name !== '' && text.startsWith(name);
  return {
    prefix,
    encode: (text) => tokenizer.encode(text, { addSpecialTokens: !startsAlready(text) }),
    inside: (text) => tokenizer.encode(text, { addSpecialTokens: false }),
  };
}
