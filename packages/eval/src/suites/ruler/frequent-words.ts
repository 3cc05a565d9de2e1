// Frequent words: which three of a text of made-up words appear most often, the dots left out?

import { OptionError } from '@twilljs/tensor';
import { type Draws, inFixedOrder, letters } from './draws.ts';
import { neverFits } from './sizing.ts';
import { type Draft, type RulerMaker, type RulerSetting, type RulerTask, wholeText } from './task.ts';

const TITLE = 'Frequent words extraction';
const NEW_TOKENS = 50;
/** Letters of a word. */
const LETTERS = 6;
/** What the most frequent word is, which is not asked for, and the places of those that are. */
const DOTS = '...';
const [FIRST, LAST] = [1, 4];
/** Riemann's zeta function at 2: the frequency of rank k is 1 / (k^2 zeta(2)). */
const ZETA = Math.PI ** 2 / 6;

/** Which coded words come most often. */
export const frequentWords: RulerTask = {
  name: 'ruler_fwe',
  title: TITLE,
  newTokens: NEW_TOKENS,
  match: 'all',
  published: [],
  file: null,
  haystack: () => 'coded words',
  maker: frequentWordsMaker,
};

/** How often the word of each rank comes in a text of so many words. */
export const countsOf = (words: number, vocabulary: number): number[] =>
  Array.from({ length: vocabulary }, (_, i) => Math.trunc((words * (i + 1) ** -2) / ZETA));

function frequentWordsMaker({ form, length, tokensOf }: RulerSetting): RulerMaker {
  const budget = form === 'official' ? length - NEW_TOKENS : length; // the port leaves no room for the answer
  const [vocabulary, start, step] = [50, LETTERS, 32].map((part) => Math.floor(budget / part));

  function text(size: number, words: readonly string[]): Draft {
    const counts = countsOf(size, words.length);
    const all = words.flatMap((word, i) => Array.from({ length: Math.max(0, counts[i]) }, () => word));
    return {
      input:
        'Read the following coded text and track the frequency of each coded word. Find the three most frequently appeared ' +
        `coded words. ${inFixedOrder(all).join(' ')}\nQuestion: Do not provide any explanation. Please ignore the dots '....'. ` +
        'What are the three most frequently appeared words in the above coded text?',
      prefix: ` Answer: According to the coded text above, the three most frequently appeared words are:`,
      outputs: words.slice(FIRST, LAST),
    };
  }

  /** Distinct words of letters, in an order of their own; the first becomes dots. */
  function coded(draws: Draws): string[] {
    const drawn = draws.texts((random) => {
      const words: string[] = [];
      while (new Set(words).size < vocabulary) {
        const lacking = vocabulary - new Set(words).size;
        for (let i = 0; i < lacking; i++) words.push(letters('abcdefghijklmnopqrstuvwxyz', LETTERS)(random));
      }
      return words;
    });
    const words = inFixedOrder([...new Set(drawn)].sort());
    return [DOTS, ...words.slice(1)];
  }

  const never = (tokens: number) => new OptionError(neverFits(TITLE, length, tokens, NEW_TOKENS));

  return {
    write: (size, draws) => text(size, coded(draws)),
    largest(draws) {
      if (vocabulary < LAST || step < 1) throw never(0);
      const words = coded(draws);
      let size = start;
      while (tokensOf(wholeText(text(size, words)), size) < budget) size += step;
      return size - step;
    },
    sample(largest, draws) {
      const words = coded(draws);
      for (let size = largest; ; size -= step) {
        const draft = text(size, words);
        const tokens = tokensOf(wholeText(draft), size);
        if (countsOf(size, LAST)[LAST - 1] < 1) throw never(tokens);
        if (tokens <= budget) return { ...draft, length: tokens + NEW_TOKENS };
      }
    },
  };
}
