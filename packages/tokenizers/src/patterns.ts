// Patterns of `tokenizer.json`: those of Oniguruma, whose white space, digits and words are not JavaScript's.
import { SplitPreTokenizer } from '@huggingface/tokenizers';

export type Pattern = { readonly Regex: string } | { readonly String: string };

/** The words of GPT-2. (Radford et al. 2019.) */
export const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** As a RegExp that goes on from one match to the next. @throws SyntaxError for what is no pattern. */
export function patternOf(pattern: Pattern): RegExp {
  if ('String' in pattern) return new RegExp(pattern.String.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'gu');
  return new SplitPreTokenizer({ type: 'Split', pattern, behavior: 'Isolated', invert: false } as never)
    .pattern as RegExp;
}
