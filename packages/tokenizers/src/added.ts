// Added tokens: found in the text itself, before anything else is done to it. (As `AddedVocabulary` of Hugging Face's tokenizers does.)

/** As `tokenizer.json` has it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Only where no letter, digit or underscore stands beside it. */
  readonly single_word: boolean;
  /** White space before it belongs to it. */
  readonly lstrip: boolean;
  /** White space behind it belongs to it. */
  readonly rstrip: boolean;
  /** Looked for in normalized text. */
  readonly normalized: boolean;
  /** No text: may be left out when decoding. */
  readonly special: boolean;
}

/** A part of a text: an added token, or what lies between two, with its place. */
export type Part = { readonly id: number } | { readonly text: string; readonly at: number };

const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
const wordAtEnd = new RegExp(`${WORD}$`, 'u');
const wordAtStart = new RegExp(`^${WORD}`, 'u');
const SPACE = /^\p{White_Space}$/u;

/** Cuts texts at added tokens. Of two that begin at one place the longer one counts. */
export function splitter(tokens: readonly AddedToken[]): (text: string) => Part[] {
  const byContent = new Map(tokens.filter(({ content }) => content !== '').map((token) => [token.content, token]));
  if (byContent.size === 0) return (text) => (text === '' ? [] : [{ text, at: 0 }]);
  const contents = [...byContent.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(contents.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'gu');
  return (text) => {
    const parts: Part[] = [];
    let from = 0;
    const between = (to: number) => {
      if (from < to) parts.push({ text: text.slice(from, to), at: from });
    };
    for (const { 0: content, index } of text.matchAll(any)) {
      const token = byContent.get(content) as AddedToken;
      let [begin, end] = [index, index + content.length];
      if (
        token.single_word &&
        (wordAtEnd.test(text.slice(Math.max(0, begin - 2), begin)) || wordAtStart.test(text.slice(end, end + 2)))
      ) {
        continue;
      }
      // What the token before has taken already stays with it.
      if (token.lstrip) while (begin > from && SPACE.test(text[begin - 1])) begin--;
      if (token.rstrip) while (end < text.length && SPACE.test(text[end])) end++;
      between(begin);
      parts.push({ id: token.id });
      from = end;
    }
    between(text.length);
    return parts;
  };
}
