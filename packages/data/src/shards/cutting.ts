// Where a text can be cut so that its parts have the ids of the whole.

/** Characters that are looked at on either side of a cut. */
const AROUND = 48;
/** Characters before the place that was asked for in which a cut is looked for. */
const REACH = 2048;
/** Places that are tried. */
const TRIES = 32;

export interface SafeCut {
  readonly at: number;
  /** The characters before it, for the part after it to be encoded with. */
  readonly context: string;
}

/**
 * A place at or before `near` where a cut changes no id: between a letter and white space, which no pre-tokenizer joins, else between
 * any two characters; both only where the characters before it have the same ids whatever follows.
 *
 * @returns null where none of those that are tried is one.
 */
export function safeCut(text: string, near: number, encode: (text: string) => Int32Array): SafeCut | null {
  for (const isPlace of [afterWord, betweenCharacters]) {
    let tries = 0;
    for (let at = Math.min(near, text.length - 1); at > Math.max(0, near - REACH) && tries < TRIES; at--) {
      if (!isPlace(text, at)) continue;
      tries++;
      const context = contextOf(text, at);
      const alone = encode(context);
      const together = encode(context + text.slice(at, at + AROUND));
      if (alone.every((id, i) => id === together[i])) return { at, context };
    }
  }
  return null;
}

const afterWord = (text: string, at: number): boolean =>
  (text[at] === ' ' || text[at] === '\n') && /\p{L}/u.test(text[at - 1]);

const betweenCharacters = (text: string, at: number): boolean =>
  (text.charCodeAt(at) & 0xfc00) !== 0xdc00 && !/\p{M}/u.test(text[at]);

/** The last word before a place, or as much as is looked at; never half a character. */
function contextOf(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - AROUND), at).replace(/^[\udc00-\udfff]/, '');
  return /\S+$/.exec(before)?.[0] ?? before;
}
