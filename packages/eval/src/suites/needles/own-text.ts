// A needle in a text of one's own, at every depth.
import { knownOnly, OptionError, shown } from '@twilljs/tensor';
import type { Benchmark, MakerFile } from '../../benchmarks/benchmark.ts';
import { wordyText } from '../ruler/prose.ts';
import { sentencesOf } from '../ruler/sentences.ts';
import { GRID_NAMES, type GridOptions, gridBenchmark } from './grid.ts';

/** A needle of your own, in a text of your own. */
export interface OwnTextOptions extends GridOptions {
  /** The haystack: from its beginning, as much of it as fits. */
  readonly text?: string | undefined;
  /** A sentence, put between two of the text. Default: one about a locker. */
  readonly needle?: string;
  /** What comes after the text, up to where the answer begins. Given with the needle. */
  readonly question?: string;
  /** Any of them is right, whatever its letters' case. Given with the needle. */
  readonly answers?: readonly string[];
}

/**
 * Recall from a text of one's own. `depthGrid` of its result is a heat map.
 *
 * @throws OptionError for parts that are empty, and for a needle that has none of the answers; when it is evaluated, without a text.
 */
export function needleInText(options: OwnTextOptions = {}): Benchmark {
  knownOnly('needleInText', options, [...GRID_NAMES, 'text', 'needle', 'question', 'answers']);
  const { text } = options;
  const { needle, question, answers } =
    options.needle === undefined && options.question === undefined && options.answers === undefined ? locker : options;
  for (const [name, value] of Object.entries({ ...(text !== undefined && { text }), needle, question })) {
    if (typeof value === 'string' && value.trim() !== '') continue;
    throw new OptionError(`${facts.name}: ${name} is ${shown(value)} where a text is needed; give one.`);
  }
  const isIn = (answer: string) => needle!.toLowerCase().includes(answer.toLowerCase());
  if (
    !Array.isArray(answers) ||
    answers.length === 0 ||
    answers.some((answer) => answer === '') ||
    !answers.some(isIn)
  ) {
    throw new OptionError(
      `${facts.name}: answers are ${shown(answers)} and the needle ${shown(needle)} has none of them; give one that it has.`,
    );
  }
  const sentences = sentencesOf((text ?? '').trim().split(/\s+/).join(' '));
  const write = (pieces: number, place: number) => {
    const context = [...sentences.slice(0, place), needle, ...sentences.slice(place, pieces)].join(' ');
    return { input: `${context}\n${question}`, prefix: '', outputs: answers };
  };
  const isGiven = text !== undefined;
  return gridBenchmark({ ...facts, pieces: sentences.length, write, file: { ...file, isGiven } }, options);
}

/** A needle that hardly any text has. */
const locker = {
  needle: 'The blue suitcase is in locker number 7714 of the station.',
  question: 'In which locker of the station is the blue suitcase? The blue suitcase is in locker number',
  answers: ['7714'],
};

const file: Omit<MakerFile, 'isGiven'> = {
  setting: 'text',
  what: 'a text of your own',
  form: 'plain',
  isNeeded: true,
  read: wordyText,
};

const facts = {
  name: 'needle_in_text',
  title: 'A needle in a text of one’s own',
  source: 'Twill',
  haystack: 'text',
  match: 'part' as const,
  notes: ['its sentences are split by Twill'],
};
