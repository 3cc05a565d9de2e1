// Needles in a haystack: sentences that tell the number of a key, hidden in a text, and the question for some of them.
import { type Draws, inFixedOrder, sevenDigits, uuid } from './draws.ts';
import { fitting, officialSize, portSize, threefold } from './sizing.ts';
import {
  type Draft,
  type RulerMaker,
  type RulerMaterial,
  type RulerSample,
  type RulerSetting,
  wholeText,
} from './task.ts';
import { once, pairsOf, type WordLists } from './words.ts';

/** What the port and the original call the sentences that repeat. */
export const NOISE = 'The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.';

/** Places of needles in an essay, in percent: 40 from 0 to 100, rounded. */
export const depths: readonly number[] = /* @__PURE__ */ Array.from({ length: 40 }, (_, i) =>
  Math.round((i * 100) / 39),
);

/** What keys and values of needles are. */
export type NeedleKind = 'words' | 'numbers' | 'uuids';

/** How many needles lie in what, and which are asked for. */
export interface NeedleSetting {
  readonly haystack: 'noise' | 'needle' | 'essay';
  readonly key: NeedleKind;
  readonly value: NeedleKind;
  /** Keys, values of each, and keys that are asked for. */
  readonly keys: number;
  readonly values: number;
  readonly queries: number;
}

const NEW_TOKENS = 128;

/** The sentence that tells a value of a key. */
export const needleOf = (kind: NeedleKind, key: string, value: string): string =>
  `One of the special magic ${kind} for ${key} is: ${value}.`;

/** The task before the text: for one answer in the singular. */
export function framed(kind: NeedleKind, answers: number, context: string, query: string): Omit<Draft, 'outputs'> {
  const isOne = answers === 1;
  const what = isOne ? kind.slice(0, -1) : kind;
  const [some, are, areAll] = isOne ? ['A', 'is', 'is'] : ['Some', 'are', 'are all'];
  return {
    input:
      `${some} special magic ${what} ${are} hidden within the following text. Make sure to memorize it. ` +
      `I will quiz you about the ${what} afterwards.\n${context}\n` +
      `What ${areAll} the special magic ${what} for ${query} mentioned in the provided text?`,
    prefix: ` The special magic ${what} for ${query} mentioned in the provided text ${are}`,
  };
}

/** What is asked for in a row: `a, b, and c`. */
export const listed = (names: readonly string[]): string =>
  names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')}, and ${names.at(-1)}`;

/** Draws keys and values. */
export function magic(kind: NeedleKind, words: WordLists): (draws: Draws) => string {
  if (kind === 'numbers') return (draws) => draws.text(sevenDigits);
  if (kind === 'uuids') return (draws) => draws.text(uuid);
  const pairs = once(() => pairsOf(words));
  return (draws) => draws.text((random) => random.choice(pairs()));
}

/** Makes prompts of needles in a text. */
export function needleMaker(what: string, needles: NeedleSetting, setting: RulerSetting): RulerMaker {
  const { form, length, tokensOf, material } = setting;
  const write = writer(needles, material);
  const isEssay = needles.haystack === 'essay';
  const increment = isEssay ? 500 : length < 4096 ? 5 : 25;
  const count = Math.max(needles.keys, needles.queries) * needles.values;
  const budget = length - NEW_TOKENS;

  if (form === 'official') {
    const tokensAt = (size: number, draws: Draws) => tokensOf(wholeText(write(size, draws)), size);
    return {
      write,
      largest: (draws) =>
        officialSize({
          ...{ probe: increment, lower: increment, upper: threefold(length, increment), budget },
          tokensAt: (size) => tokensAt(size, draws),
        }),
      sample: (largest, draws) =>
        fitting<RulerSample>({
          ...{ what, length, newTokens: NEW_TOKENS, largest, increment },
          attempt(size) {
            const draft = write(size, draws);
            const tokens = tokensOf(wholeText(draft), size);
            return { made: { ...draft, length: tokens + NEW_TOKENS }, tokens };
          },
        }),
    };
  }

  return {
    write,
    largest(draws) {
      const most = isEssay ? material.essay.words : Infinity;
      const tokensAt = (size: number) => {
        const { input, outputs } = write(Math.min(size, most), draws);
        return tokensOf(input + outputs.join(' '), size);
      };
      const first = Math.max(increment, count);
      return Math.max(portSize({ first, increment, budget, most, measuresBeyond: true, tokensAt }), count);
    },
    sample(largest, draws) {
      for (let size = largest; size > 0; size -= increment) {
        if (!isEssay && size < count) continue; // the lines of a haystack are the places of its needles
        const draft = write(size, draws);
        const tokens = tokensOf(draft.input, size);
        if (tokens <= budget) return { ...draft, length: tokens + NEW_TOKENS };
      }
      return null;
    },
  };
}

/** The text of a size: words of an essay, or lines of anything else. */
function writer({ haystack, key, value, keys, values, queries }: NeedleSetting, material: RulerMaterial) {
  const drawKey = magic(key, material.words);
  const drawValue = magic(value, material.words);
  const number = Math.max(keys, queries);

  return (size: number, draws: Draws): Draft => {
    const pairs = Array.from({ length: number }, () => {
      const name = drawKey(draws);
      return { name, values: Array.from({ length: values }, () => drawValue(draws)) };
    });
    const needles = inFixedOrder(pairs.flatMap(({ name, values }) => values.map((one) => needleOf(value, name, one))));
    const context = haystack === 'essay' ? inEssay(size, needles, draws) : inLines(size, needles, draws);
    const places = draws.numbers((random) => random.sample(range(number), queries));
    const asked = places.map((place) => pairs[place]);
    const outputs = asked.flatMap(({ values }) => values);
    return { ...framed(value, queries * values, context, listed(asked.map(({ name }) => name))), outputs };
  };

  function inEssay(size: number, needles: readonly string[], draws: Draws): string {
    const sentences = material.essay.sentences(size);
    const drawn = draws.numbers((random) => random.sample(depths, needles.length));
    const places = drawn.map((depth) => Math.trunc(sentences.length * (depth / 100))).sort((a, b) => a - b);
    const parts = [0, ...places].flatMap((place, i) => [
      sentences.slice(place, places[i] ?? sentences.length).join(' '),
      ...needles.slice(i, i + 1),
    ]);
    return parts.join(' ');
  }

  function inLines(size: number, needles: readonly string[], draws: Draws): string {
    const line = () => (haystack === 'noise' ? NOISE : needleOf(value, drawKey(draws), drawValue(draws)));
    const lines = Array.from({ length: size }, line);
    const places = [...draws.numbers((random) => random.sample(range(size), needles.length))].sort((a, b) => b - a);
    for (const [i, place] of places.entries()) lines.splice(place, 0, needles[i]);
    return lines.join('\n');
  }
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
