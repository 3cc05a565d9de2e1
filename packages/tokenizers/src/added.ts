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

/** Gives the id of each token and hands over what lies between, with its place. */
export type Splitter = (
  text: string,
  ids: { push(id: number): void },
  between: (text: string, at: number) => void,
) => void;

const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
const wordAtEnd = new RegExp(`${WORD}$`, 'u');
const wordAtStart = new RegExp(`^${WORD}`, 'u');
const SPACE = /^\p{White_Space}$/u;

/** Cuts texts at added tokens. Of two that begin at one place the longer one counts. */
export function splitter(tokens: readonly AddedToken[]): Splitter {
  // By the character that they begin with, the longest first.
  const beginnings = new Map<string, AddedToken[]>();
  // Of two with one text that of the lower id counts.
  for (const token of [...tokens].sort((a, b) => a.id - b.id)) {
    if (token.content === '') continue;
    const [first] = token.content;
    beginnings.set(first, [...(beginnings.get(first) ?? []), token]);
  }
  for (const list of beginnings.values()) list.sort((a, b) => b.content.length - a.content.length);
  if (beginnings.size === 0) {
    return (text, _, between) => {
      if (text !== '') between(text, 0);
    };
  }
  const first = new RegExp([...beginnings.keys()].map(escaped).join('|'), 'gu');
  return (text, ids, between) => {
    let from = 0;
    const give = (to: number) => {
      if (from < to) between(text.slice(from, to), from);
    };
    first.lastIndex = 0;
    for (let match = first.exec(text); match !== null; match = first.exec(text)) {
      const { index } = match;
      const token = beginnings.get(match[0])?.find(({ content }) => text.startsWith(content, index));
      if (!token) continue;
      let [begin, end] = [index, index + token.content.length];
      first.lastIndex = end;
      if (token.single_word && isInWord(text, begin, end)) continue;
      // White space that the token before has taken stays with it; a token of white space that it has taken stands there again.
      if (token.lstrip) {
        while (begin > 0 && SPACE.test(text[begin - 1])) begin--;
        begin = Math.max(begin, from);
      }
      if (token.rstrip) while (end < text.length && SPACE.test(text[end])) end++;
      give(begin);
      if (begin < end) ids.push(token.id);
      from = end;
    }
    give(text.length);
  };
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

const isInWord = (text: string, begin: number, end: number): boolean =>
  wordAtEnd.test(text.slice(Math.max(0, begin - 2), begin)) || wordAtStart.test(text.slice(end, end + 2));
