// Long documents, cut to a window around their answer: as the scripts of "Just read twice" do.
import { indexIgnoringCase, lengthOf } from '../python/letters.ts';
import { strip } from '../python/white-space.ts';
import type { Cutting, Row } from './benchmark.ts';

/** Tokens that are kept free for the answer. */
const ANSWER_TOKENS = 50;

export interface CutFields {
  /** What is cut. */
  readonly field: string;
  /** In whose first place in the text the window stands; of a list the first counts. None: at the beginning. */
  readonly answers: readonly string[];
}

/**
 * The row with a text of at most `contextLength - 50` tokens, as many before its answer as after it; at an end of the text it is shorter.
 * Where the text has no answer, the window is the end of the text.
 *
 * @returns null for a row whose answer has at most one character.
 * @see Arora et al. 2024, https://arxiv.org/abs/2407.05483.
 */
export function cutAround({ field, answers }: CutFields, row: Row, { tokenizer, contextLength }: Cutting): Row | null {
  const text = strip(row[field] as string);
  const sought = answers.map((name) => [row[name]].flat()[0] as string);
  if (sought.some((answer) => lengthOf(answer) <= 1)) return null;
  const places = sought.map((answer) => indexIgnoringCase(text, answer)).filter((place) => place >= 0);
  const length = contextLength - ANSWER_TOKENS;
  const before = answers.length === 0 ? '' : places.length > 0 ? text.slice(0, Math.min(...places)) : butLast(text);
  const at = tokenizer.encode(before).length;
  const begin = Math.max(0, at - Math.floor(length / 2));
  const ids = tokenizer.encode(text).slice(begin, begin + length);
  return { ...row, [field]: tokenizer.decode(ids, { skipSpecialTokens: true }) };
}

const butLast = (text: string): string => [...text].slice(0, -1).join('');
