// Sequences that end with their answer: a question of random length, the answer as its last token, and padding to the end of the row.
import { OptionError, whole } from '@twilljs/tensor';
import type { Batch } from '../../batch.ts';
import type { RandomSource } from '../../source.ts';
import { beyond, makeTask, type Task } from '../task.ts';

/** Options of tasks on formal languages that are answered at the end of a row. */
export interface AnsweredOptions {
  /** Tokens of the longest sequence of training, its answer included. Default 40. */
  length?: number;
  /** Tokens of the shortest. */
  shortest?: number;
  /** Rows per batch, B. Default 256. */
  batch?: number;
  source: RandomSource;
}

export const answeredNames = ['length', 'shortest', 'batch', 'source'];

/** What a language has of its own. */
export interface Language {
  readonly name: string;
  readonly vocab: number;
  /** Its answers are equally likely. */
  readonly answers: number;
  readonly pad: number;
  /** Tokens of the shortest sequence there is. */
  readonly least: number;
  /** Tokens of a question that fits in so many, drawn with its answer. */
  draw(tokens: number, random: RandomSource): readonly number[];
  /** The answer to a question. */
  answer(question: readonly number[]): number;
}

/**
 * Difficulty: tokens of the longest sequence. Up to the training length the shortest is that of training, beyond it the training length.
 */
export function answered(language: Language, options: AnsweredOptions): Task {
  const { name, least, draw } = language;
  const { length = 40, shortest = least, batch = 256, source } = options;
  whole(`${name}: shortest`, shortest, least);
  const check = (tokens: number) => whole(`${name}: length`, tokens, least);
  check(length);
  if (shortest > length) {
    throw new OptionError(
      `${name}: shortest = ${shortest} is more than length = ${length}, the longest; give fewer tokens.`,
    );
  }
  return makeTask({
    ...{ name, batch, source, check },
    vocab: language.vocab,
    chance: 1 / language.answers,
    difficulties: beyond(length),
    length: (tokens) => tokens - 1,
    difficulty: () => length,
    write(out, row, longest, random) {
      const from = longest > length ? length : Math.min(shortest, longest);
      const tokens = from + random.int(longest - from + 1);
      writeAnswered(out, row, language, draw(tokens - 1, random));
    },
  });
}

/** Writes question, answer and padding but for the last token of the sequence; the label is the answer, before it. */
export function writeAnswered(
  { inputs, labels, T }: Batch,
  row: number,
  { pad, answer }: Pick<Language, 'pad' | 'answer'>,
  question: readonly number[],
): void {
  const sequence = [...question, answer(question)];
  for (let t = 0; t < T; t++) inputs[row * T + t] = t < sequence.length ? sequence[t] : pad;
  labels[row * T + question.length - 1] = sequence[question.length];
}
