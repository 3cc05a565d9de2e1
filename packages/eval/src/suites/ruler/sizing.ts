// How large a haystack fits a context: the searches of RULER and of its port, and the retries of a sample.
import { OptionError } from '@twilljs/tensor';

/** Tokens of a text. The size of the haystack that it is of comes along, for counts that were made elsewhere. */
export type TokensOf = (text: string, size: number) => number;

export interface OfficialSearch {
  /** The size of the text that is measured first. */
  readonly probe: number;
  /** The smallest size that is tried. */
  readonly lower: number;
  /** The largest, by the tokens of the first text. */
  upper(tokens: number): number;
  /** Tokens that a text may have. */
  readonly budget: number;
  /** Tokens of a new text of a size. */
  tokensAt(size: number): number;
}

/** The largest size that fits, by halving; where none does, the smallest. Texts of one size differ, so it is what fitted once. */
export function officialSize({ probe, lower, upper, budget, tokensAt }: OfficialSearch): number {
  let low = lower;
  let high = upper(tokensAt(probe));
  let found = lower;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    if (tokensAt(middle) <= budget) {
      found = middle;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}

/** The upper end of most searches: three times what the first text lets expect. */
export const threefold = (length: number, increment: number) => (tokens: number) =>
  Math.max(Math.trunc((length / (tokens / increment)) * 3), 2 * increment);

export interface PortSearch {
  readonly first: number;
  readonly increment: number;
  readonly budget: number;
  /** What there is to take from: a size beyond it ends the search there. */
  readonly most?: number;
  /** A text of a size beyond is made and measured before. */
  readonly measuresBeyond?: boolean;
  tokensAt(size: number): number;
}

/** Grows by steps until a text is over the budget, and goes one step back, where nothing may be left. */
export function portSize(search: PortSearch): number {
  const { first, increment, budget, most = Infinity, measuresBeyond = false, tokensAt } = search;
  let size = first;
  for (let tokens = 0; tokens < budget; ) {
    tokens = tokensAt(size);
    if (tokens > budget) return size - increment;
    if (size > most) return most;
    size += increment;
    if (size > most && !measuresBeyond) return most;
  }
  return size;
}

/** How often the smallest size is tried, and after how many tries one sees that it is hopeless. */
const [MOST_TRIES, SOME_TRIES] = [1000, 20];

export interface Fitting<T> {
  /** What does not fit, for the message: a task and its length. */
  readonly what: string;
  /** Of the whole context. */
  readonly length: number;
  readonly newTokens: number;
  readonly largest: number;
  readonly increment: number;
  /** What to do where nothing fits; default: give a greater length. */
  readonly next?: string | undefined;
  /** A new text of a size, and its tokens without those of the answer. */
  attempt(size: number): { readonly made: T; readonly tokens: number };
}

/**
 * The first text that fits: smaller by the increment each time, and the smallest again and again. Texts differ in their tokens, so one of
 * the smallest may fit where others do not.
 *
 * @throws OptionError where none of the smallest fits: after 1000 of them, or as soon as they are too long by far more than they differ.
 */
export function fitting<T>({ what, length, newTokens, largest, increment, next, attempt }: Fitting<T>): T {
  let size = largest;
  let [least, most] = [Infinity, 0];
  for (let tries = 0; tries < MOST_TRIES; ) {
    const { made, tokens } = attempt(size);
    if (tokens + newTokens <= length) return made;
    if (size > increment) {
      size -= increment;
      continue;
    }
    tries += 1;
    least = Math.min(least, tokens);
    most = Math.max(most, tokens);
    if (tries >= SOME_TRIES && least + newTokens - length > 5 * (most - least)) break;
  }
  throw new OptionError(neverFits(what, length, least, newTokens, next));
}

/** The message for a length that nothing fits. */
export const neverFits = (
  what: string,
  length: number,
  tokens: number,
  newTokens: number,
  next = 'give a greater length',
): string =>
  `${what} never fits ${length} tokens: its smallest text has ${tokens} and the answer ${newTokens}; ${next}.`;
