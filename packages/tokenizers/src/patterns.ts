// Patterns of `tokenizer.json`: those of Oniguruma, whose white space, digits and words are not JavaScript's; the library puts them into JavaScript's words.
import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { shown } from '@twilljs/tensor';
import type { Part } from './part.ts';

/** The words of GPT-2. (Radford et al. 2019.) */
export const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** A RegExp, to go on from one match to the next, for a pattern of Oniguruma. @throws SyntaxError for what is no pattern. */
export function oniguruma(pattern: string): RegExp {
  const split = new SplitPreTokenizer({
    ...{ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
  } as never);
  return split.pattern as RegExp;
}

/** A text as a pattern of itself. */
export const literally = (text: string): RegExp => new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'gu');

/** The field `pattern`: `{ String }` or `{ Regex }`. */
export function patternIn(config: Part): RegExp {
  const pattern = config.part('pattern');
  if (typeof pattern.fields.String === 'string') return literally(pattern.fields.String);
  const source = pattern.text('Regex');
  try {
    return oniguruma(source);
  } catch (cause) {
    throw config.refused(`has the pattern ${shown(source)}, which is not known here (${(cause as Error).message}).`);
  }
}

/** A part of a text, and whether the pattern matched it. */
export type Run = { readonly from: number; readonly to: number; readonly isMatch: boolean };

/** The text in matches and what lies between them. */
export function runsOf(text: string, pattern: RegExp): Run[] {
  const runs: Run[] = [];
  let at = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const { index } = match;
    const to = index + match[0].length;
    // The next character, not the next half of one.
    if (to === index) pattern.lastIndex = to + ((text.codePointAt(to) ?? 0) > 0xffff ? 2 : 1);
    if (to === index && to === at && runs.length > 0) continue; // nothing, right behind a match
    if (at < index) runs.push({ from: at, to: index, isMatch: false });
    runs.push({ from: index, to, isMatch: true });
    at = to;
  }
  if (at < text.length) runs.push({ from: at, to: text.length, isMatch: false });
  return runs;
}
