// The model of `tokenizer.json`: words into ids.
import { bpe, lacking } from './bpe.ts';
import type { Part } from './part.ts';
import { unigram } from './unigram.ts';

/** Ids of a word. @throws FileError for a word that it has no token for, and none for what is unknown. */
export type Model = (word: string) => readonly number[];

/** By their names in the file. */
export const models: Record<string, (config: Part, vocabulary: ReadonlyMap<string, number>) => Model> = {
  BPE: bpe,
  Unigram: unigram,
  WordPiece: wordPiece,
  WordLevel: wordLevel,
};

/** The longest beginning that is a token, again and again. */
function wordPiece(config: Part, vocabulary: ReadonlyMap<string, number>): Model {
  const prefix = config.text('continuing_subword_prefix', '##');
  const unknown = config.text('unk_token', '[UNK]');
  const most = config.whole('max_input_chars_per_word', 100);
  let longest = 0;
  for (const token of vocabulary.keys()) longest = Math.max(longest, token.length);

  const pieces = (word: string): number[] | null => {
    const characters = Array.from(word);
    if (characters.length > most) return null;
    const ids: number[] = [];
    for (let from = 0; from < characters.length; ) {
      let to = Math.min(characters.length, from + longest);
      const piece = () => (from > 0 ? prefix : '') + characters.slice(from, to).join('');
      while (to > from && !vocabulary.has(piece())) to--;
      if (to === from) return null;
      ids.push(vocabulary.get(piece()) as number);
      from = to;
    }
    return ids;
  };
  return (word) => {
    const ids = pieces(word);
    if (ids) return ids;
    const id = vocabulary.get(unknown);
    if (id === undefined) throw lacking(config, unknown, word);
    return [id];
  };
}

function wordLevel(config: Part, vocabulary: ReadonlyMap<string, number>): Model {
  const unknown = config.text('unk_token', '<unk>');
  return (word) => {
    const id = vocabulary.get(word) ?? vocabulary.get(unknown);
    if (id === undefined) throw lacking(config, unknown, word);
    return [id];
  };
}

/** Words that are kept, and up to which length. */
const MOST_WORDS = 2 ** 17;
const LONGEST = 64;

/** Most words come again. @param prepare what is done to a word before the model reads it. */
export function remembering(model: Model, prepare: (word: string) => string): Model {
  const known = new Map<string, readonly number[]>();
  return (word) => {
    const before = known.get(word);
    if (before !== undefined) return before;
    const ids = model(prepare(word));
    if (word.length > LONGEST) return ids;
    if (known.size >= MOST_WORDS) known.clear();
    known.set(` ${word}`.slice(1), ids); // a string of its own: a part of a text keeps all of the text in memory
    return ids;
  };
}
