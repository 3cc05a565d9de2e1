// A needle in a text of one's own, at every depth.
import { knownOnly, OptionError, shown } from '@twilljs/tensor';
import type { Benchmark } from '../../benchmarks/benchmark.ts';
import { sentencesOf } from '../ruler/sentences.ts';
import { GRID_NAMES, type GridOptions, gridBenchmark } from './grid.ts';

export interface OwnTextOptions extends GridOptions {
  /** The haystack: from its beginning, as much of it as fits. */
  readonly text: string;
  /** A sentence, put between two of the text. */
  readonly needle: string;
  /** What comes after the text, up to where the answer begins. */
  readonly question: string;
  /** Any of them is right, whatever its letters' case. */
  readonly answers: readonly string[];
}

/**
 * Recall from a text of one's own. `depthGrid` of its result is a heat map.
 *
 * @throws OptionError for parts that are empty, and for a needle that has none of the answers.
 */
export function needleInText(options: OwnTextOptions): Benchmark {
  knownOnly('needleInText', options, [...GRID_NAMES, 'text', 'needle', 'question', 'answers']);
  const { text, needle, question, answers } = options;
  for (const [name, value] of Object.entries({ text, needle, question })) {
    if (typeof value === 'string' && value.trim() !== '') continue;
    throw new OptionError(`${facts.name}: ${name} is ${shown(value)} where a text is needed; give one.`);
  }
  const isIn = (answer: string) => needle.toLowerCase().includes(answer.toLowerCase());
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
  const sentences = sentencesOf(text.trim().split(/\s+/).join(' '));
  const write = (pieces: number, place: number) => {
    const context = [...sentences.slice(0, place), needle, ...sentences.slice(place, pieces)].join(' ');
    return { input: `${context}\n${question}`, prefix: '', outputs: answers };
  };
  return gridBenchmark({ ...facts, pieces: sentences.length, write }, options);
}

const facts = {
  name: 'needle_in_text',
  title: 'A needle in a text of one’s own',
  source: 'Twill',
  haystack: 'text',
  match: 'part' as const,
  notes: ['its sentences are split by Twill'],
};
