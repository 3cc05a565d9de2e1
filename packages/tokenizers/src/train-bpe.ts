// A byte-level BPE of one's own: words of texts are counted, merges are learned, and the result is the text of a tokenizer.json.
import { knownOnly, OptionError, shown, whole } from '@twilljs/tensor';
import { characters } from './byte-level.ts';
import { learnMerges, type Vocabulary, type Words } from './merges.ts';
import { GPT2, oniguruma } from './patterns.ts';

/** How far the training is. */
export interface TrainBpeProgress {
  /** Characters (UTF-16 units) that were read. */
  readonly characters: number;
  /** Different words in them. */
  readonly words: number;
  /** Tokens in the vocabulary; 0 while texts are read. */
  readonly tokens: number;
}

/** How large a vocabulary is trained, and of what. */
export interface TrainBpeOptions {
  /** Tokens in the vocabulary: special ones, 256 for the bytes, and merged ones, as many as the texts give. */
  readonly vocabSize: number;
  /** Pairs that occur less often are not merged. Default: 0. */
  readonly minFrequency?: number;
  /** Names of tokens that are no text, such as `<|endoftext|>`. They get the first ids. Default: none. */
  readonly specialTokens?: readonly string[];
  /** Told of the progress several times a second, when the words are counted, and at the end. What it throws ends the training. */
  onProgress?(progress: TrainBpeProgress): void;
}

/** More than any model has. */
const LARGEST = 2 ** 24;

/** Milliseconds of work between two reports. */
const TURN = 100;

/**
 * Trains a byte-level BPE with the words of GPT-2. The same texts give the same merges as Python's `tokenizers` give by
 * `BpeTrainer(initial_alphabet=ByteLevel.alphabet())`. Texts are read one after the other and not kept; what grows with them is
 * the list of their different words.
 *
 * @returns the text of a `tokenizer.json`, for `tokenizerFromJson` and for Python.
 * @throws OptionError for options that cannot be, a text that is none, and texts without a word.
 */
export async function trainBpe(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainBpeOptions,
): Promise<string> {
  knownOnly('trainBpe', options, ['vocabSize', 'minFrequency', 'specialTokens', 'onProgress']);
  const { vocabSize, minFrequency = 0, specialTokens = [], onProgress = () => {} } = options;
  const names = checkedNames(specialTokens);
  whole('trainBpe: vocabSize', vocabSize, 256 + names.length, LARGEST);
  whole('trainBpe: minFrequency', minFrequency, 0);
  const vocabulary = alphabet(names);

  let characters = 0;
  let began = performance.now();
  const counter = wordCounter();
  const report = async (tokens: number, isTurn = performance.now() - began >= TURN) => {
    if (!isTurn) return;
    onProgress({ characters, words: counter.size, tokens });
    await new Promise((resolve) => setTimeout(resolve)); // others get their turn: a signal, a screen
    began = performance.now();
  };
  for await (const text of checkedTexts(texts)) {
    for (const _ of counter.add(text)) await report(0);
    characters += text.length;
    await report(0);
  }
  if (counter.size === 0) throw new OptionError('trainBpe: the texts hold no word; give texts that are not empty.');
  await report(0, true);
  const work = learnMerges(counter.words(vocabulary.ids), vocabulary, { size: vocabSize, minFrequency });
  for (;;) {
    const { done, value } = work.next();
    if (done) {
      await report(vocabulary.tokens.length, true);
      return fileOf(vocabulary, value, names);
    }
    await report(vocabulary.tokens.length);
  }
}

function checkedNames(names: readonly string[]): readonly string[] {
  if (!Array.isArray(names) || names.some((name) => typeof name !== 'string' || name === '')) {
    throw new OptionError(`trainBpe: specialTokens is ${shown(names)}; give a list of names that are not empty.`);
  }
  return [...new Set(names)];
}

async function* checkedTexts(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  const isList =
    typeof texts === 'object' && texts !== null && (Symbol.iterator in texts || Symbol.asyncIterator in texts);
  if (!isList) throw new OptionError(`trainBpe: ${shown(texts)} is given where texts are needed; give a list of them.`);
  for await (const text of texts) {
    if (typeof text !== 'string') throw new OptionError(`trainBpe: a text is ${shown(text)}; give strings.`);
    yield text;
  }
}

/** Special tokens, then the characters of bytes in their order. */
function alphabet(names: readonly string[]): Vocabulary {
  const tokens = [...new Set([...names, ...[...characters].sort()])];
  return { tokens, ids: new Map(tokens.map((token, id) => [token, id])) };
}

/** Counts words. */
function wordCounter() {
  const places = new Map<string, number>();
  const counts: number[] = [];
  return {
    get size() {
      return places.size;
    },
    /** Pauses after many words. */
    *add(text: string): Generator<void> {
      const pattern = oniguruma(GPT2);
      let seen = 0;
      for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
        const [word] = match;
        const place = places.get(word);
        if (place !== undefined) counts[place]++;
        else if (places.size < LARGEST) places.set(copyOf(word), counts.push(1) - 1);
        else throw new OptionError(`trainBpe: the texts have more than ${LARGEST} different words; give fewer.`);
        if (++seen % 2 ** 14 === 0) yield;
      }
    },
    /** Each as the ids of its bytes. */
    words(ids: ReadonlyMap<string, number>): Words {
      const idOf = Int32Array.from(characters, (character) => ids.get(character) as number);
      const encoder = new TextEncoder();
      const starts = new Int32Array(counts.length + 1);
      for (const [word, place] of places) starts[place + 1] = starts[place] + encoder.encode(word).length;
      const symbols = new Int32Array(starts[counts.length]);
      for (const [word, place] of places) {
        symbols.set(
          Int32Array.from(encoder.encode(word), (byte) => idOf[byte]),
          starts[place],
        );
      }
      return { symbols, starts, counts: Float64Array.from(counts) };
    },
  };
}

/** A string of its own: a part of a text keeps all of the text in memory. */
const copyOf = (word: string): string => ` ${word}`.slice(1);

/** As Python writes it. */
function fileOf({ tokens, ids }: Vocabulary, merges: readonly [number, number][], specials: readonly string[]): string {
  const rows = new Map<string, [number, number]>();
  for (const pair of merges) {
    rows.delete(`${pair}`);
    rows.set(`${pair}`, pair);
  }
  const byteLevel = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true };
  const model = {
    ...{ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null },
    ...{ fuse_unk: false, byte_fallback: false, ignore_merges: false },
  };
  const file = {
    ...{ version: '1.0', truncation: null, padding: null },
    added_tokens: specials.map((content) => ({
      ...{ id: ids.get(content), content, single_word: false, lstrip: false, rstrip: false },
      ...{ normalized: false, special: true },
    })),
    ...{ normalizer: null, pre_tokenizer: { ...byteLevel, add_prefix_space: false } },
    ...{ post_processor: null, decoder: byteLevel },
    model: { ...model, vocab: null, merges: [...rows.values()].map(([a, b]) => [tokens[a], tokens[b]]) },
  };
  // By hand: an object would put names that are numbers first.
  const vocab = tokens.map((token, id) => `      ${JSON.stringify(token)}: ${id}`).join(',\n');
  return `${JSON.stringify(file, null, 2).replace('"vocab": null', () => `"vocab": {\n${vocab}\n    }`)}\n`;
}
