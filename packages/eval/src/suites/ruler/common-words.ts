// Common words: which ten of a numbered list appear most often?
import { type PythonRandom, pythonRandom } from '@twilljs/data';
import { type Draws, inFixedOrder } from './draws.ts';
import { fitting, officialSize, portSize } from './sizing.ts';
import { type RulerMaker, type RulerSetting, type RulerTask, wholeText } from './task.ts';
import { once, wordsOf } from './words.ts';

const TITLE = 'Common words extraction';
const NEW_TOKENS = 120;
/** Words that are common, and the step of the searches. */
const COMMON = 10;
/** Words of the text whose tokens say where RULER's search begins. */
const PROBE = 4096;
const PREFIX = 'Answer: The top 10 words that appear most often in the list are:';

/** Which words come most often, in a list of words. */
export const commonWords: RulerTask = {
  name: 'ruler_cwe',
  title: TITLE,
  newTokens: NEW_TOKENS,
  match: 'all',
  published: [],
  file: null,
  haystack: () => 'words',
  maker: commonWordsMaker,
};

function commonWordsMaker({ form, length, tokensOf, material }: RulerSetting): RulerMaker {
  const few = wordsOf(material.words, 0);
  const all = once(() => wordsOf(material.words, Infinity));
  const pool = (count: number) => (count <= few.length ? few : all());
  const isOfficial = form === 'official';
  const isShort = length < 4096;
  const [exampleWords, exampleTimes, times] = isShort ? [20, [3, 1], [6, 1]] : [40, [10, 3], [30, 3]];
  const order = isOfficial ? inFixedOrder : inOrderOf(pythonRandom(42)); // the port's goes on from list to list

  function list(words: readonly string[], [often, seldom]: readonly number[]): string {
    const common = Array.from({ length: often }, () => words.slice(0, COMMON)).flat();
    const others = Array.from({ length: seldom }, () => words.slice(COMMON)).flat();
    return numbered(order([...common, ...others]));
  }

  function parts(size: number, draws: Draws) {
    const draw = (count: number) => draws.texts((random) => random.sample(pool(count), count));
    const example = draw(exampleWords);
    const shown = list(example, exampleTimes);
    const words = draw(size);
    const text = framed(list(words, times));
    const answer = (isOfficial ? ' ' : '') + numbered(example.slice(0, COMMON));
    const before = `${framed(shown)} ${PREFIX}${answer}\n`;
    return { before, text, outputs: words.slice(0, COMMON) };
  }

  function write(size: number, draws: Draws) {
    const { before, text, outputs } = parts(size, draws);
    if (isOfficial) return { input: before + text, prefix: ` ${PREFIX}`, outputs };
    return { input: text, prefix: `\n\n${PREFIX}`, outputs };
  }

  /** With the example and the answer. */
  function searched(size: number, draws: Draws): number {
    const { before, text, outputs } = parts(size, draws);
    return tokensOf(`${before}${text} ${PREFIX} ${numbered(outputs)}`, size);
  }

  return {
    write,
    largest(draws) {
      const tokensAt = (size: number) => searched(size, draws);
      const budget = length - NEW_TOKENS;
      if (!isOfficial) return portSize({ first: COMMON, increment: COMMON, budget, most: few.length, tokensAt });
      const upper = (tokens: number) => Math.max(Math.floor(length / (tokens / PROBE)) * 2, 20);
      return officialSize({ probe: PROBE, lower: COMMON, upper, budget, tokensAt });
    },
    sample: (largest, draws) =>
      fitting({
        ...{ what: TITLE, length, newTokens: NEW_TOKENS, largest, increment: COMMON },
        attempt(size) {
          const draft = write(size, draws);
          const tokens = tokensOf(isOfficial ? wholeText(draft) : `${draft.input} ${PREFIX}`, size);
          return { made: { ...draft, length: tokens + NEW_TOKENS }, tokens };
        },
      }),
  };
}

const framed = (context: string): string =>
  'Below is a numbered list of words. In these words, some appear more often than others. ' +
  `Memorize the ones that appear most often.\n${context}\nQuestion: What are the 10 most common words in the above list?`;

const numbered = (words: readonly string[]): string => words.map((word, i) => `${i + 1}. ${word}`).join(' ');

const inOrderOf =
  (random: PythonRandom) =>
  (words: readonly string[]): string[] => {
    const copy = [...words];
    random.shuffle(copy);
    return copy;
  };
