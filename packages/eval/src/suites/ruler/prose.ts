// Prose by a small grammar, for haystacks where nobody gives a text: everyday sentences without digits, so no needle is in it by itself.
import { type PythonRandom, pythonRandom } from '@twilljs/data';
import { FileError } from '@twilljs/tensor';
import { sentencesOf } from './sentences.ts';
import { once } from './words.ts';

/** A text that needles are hidden in, by its words. */
export interface Essay {
  /** Of the first so many words; a text that is shorter begins anew. */
  sentences(words: number): readonly string[];
  /** Words that it has. */
  readonly words: number;
  /** Whether it is made up. */
  readonly isSynthetic: boolean;
}

/** A text of one's own, its white space made single spaces. */
export function essayOf(text: string): Essay {
  return essayOfWords(() => text.split(/\s+/).filter(Boolean), false);
}

/** A text from a file. @throws FileError for one without words. */
export function wordyText(content: unknown, where: string): string {
  const text = String(content);
  if (text.trim() !== '') return text;
  throw new FileError(`${where}: there is no word in it, and documents are made from it; give a text.`, {
    path: where,
  });
}

/** Words of the prose that is made up: more than contexts of 128K take from it, beyond which it begins anew. */
const PROSE_WORDS = 120_000;

/** The same at every call. */
export const syntheticEssay = (): Essay =>
  essayOfWords(() => {
    const random = pythonRandom(42);
    const words: string[] = [];
    while (words.length < PROSE_WORDS) words.push(...sentence(random).split(' '));
    return words;
  }, true);

/** @param wordsOf makes the words when the first text is asked for. */
function essayOfWords(wordsOf: () => readonly string[], isSynthetic: boolean): Essay {
  const all = once(wordsOf);
  let last: { readonly count: number; readonly sentences: readonly string[] } | null = null;
  return {
    get words() {
      return all().length;
    },
    isSynthetic,
    sentences(count) {
      if (last?.count === count) return last.sentences;
      const words = Array.from({ length: count }, (_, i) => all()[i % all().length]);
      last = { count, sentences: sentencesOf(words.join(' ')) };
      return last.sentences;
    },
  };
}

const people =
  'The baker|The miller|The old teacher|Her brother|His aunt|The ferryman|A young doctor|The gardener|My neighbour|The captain|' +
  'A traveller|The clockmaker|Our cousin|The librarian|A painter|The shepherd';
const deeds =
  'mended|carried|painted|found|borrowed|weighed|sold|polished|described|forgot|remembered|measured|wrapped|drew|counted|kept';
const things =
  'the wooden ladder|a basket of pears|the blue kettle|an old map|the garden gate|a coil of rope|the broken lamp|a loaf of rye bread|' +
  'the long letter|a box of nails|the green bicycle|a pair of boots|the copper bell|a bundle of straw|the small boat|a jar of honey';
const places =
  'near the harbour|behind the mill|on the way to the market|in the quiet square|beside the river|at the edge of the forest|' +
  'under the stone bridge|in the upper room|by the railway|in front of the school|across the valley|in the empty theatre';
const times =
  'before breakfast|late in the evening|on the first day of spring|after the rain|in the middle of the week|while the others slept|' +
  'during the long winter|as soon as the bells rang|once the shops were shut|without saying a word';
const reasons =
  'because nobody else would|although it was getting cold|since the road was closed|so that the children could see it|' +
  'as people there have always done|which surprised everyone|and nobody asked why|but it made little difference|' +
  'until there was no more light|for the sake of an old promise';
const thoughts =
  'What matters is how patiently one looks|It takes years to learn how little one knows|' +
  'People who build things tend to notice other things that were built|The hard part is not the work but the beginning|' +
  'Most good ideas look like small ones at first|There is a kind of attention that cannot be hurried|' +
  'Nothing teaches as well as a mistake of your own|We like to believe that plans are made in advance|' +
  'A habit begins as a choice and ends as a place|It is easier to praise an answer than to find a question';

/** One sentence. */
function sentence(random: PythonRandom): string {
  const one = (list: string) => random.choice(list.split('|'));
  const deed = () => `${one(people)} ${one(deeds)} ${one(things)}`;
  const lower = (text: string) => text[0].toLowerCase() + text.slice(1);
  const forms = [
    () => `${deed()} ${one(places)}.`,
    () => `${deed()} ${one(times)}, ${one(reasons)}.`,
    () => `${one(thoughts)}.`,
    () => `${one(thoughts)}, and ${lower(one(thoughts))}.`,
    () => `${deed()} ${one(places)} ${one(times)}.`,
    () => `${deed()}, and ${lower(deed())}.`,
    () => `"${deed()}," said ${lower(one(people))}, "${one(reasons)}."`,
  ];
  return random.choice(forms)();
}
