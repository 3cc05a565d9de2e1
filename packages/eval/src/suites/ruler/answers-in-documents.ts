// Questions whose answer is in one of many documents.

import { OptionError } from '@twilljs/tensor';
import { reprOf } from '../../python/repr.ts';
import { type Draws, inFixedOrder } from './draws.ts';
import type { Question, Questions } from './questions.ts';
import { fitting, officialSize, portSize, threefold } from './sizing.ts';
import { type Draft, type RulerMaker, type RulerSample, type RulerSetting, wholeText } from './task.ts';

/** Tokens of an answer. */
export const NEW_TOKENS = 32;
/** The step of the searches, and the smallest number of documents of RULER. */
const STEP = 10;
const ASKED =
  'Answer the question based on the given documents. Only give me the answer and do not output any other words.';

/** Makes prompts of questions whose answers stand in one of many documents. */
export function documentsMaker(what: string, { documents, questions }: Questions, setting: RulerSetting): RulerMaker {
  const { form, length, tokensOf } = setting;
  const isOfficial = form === 'official';
  const budget = length - NEW_TOKENS;

  function write(size: number, draws: Draws, index: number): Draft {
    const question = questions[index];
    const chosen = size < documents.length ? someOf(question, size, draws) : everyone(size);
    const shown = inFixedOrder(chosen).map((place, i) => `Document ${i + 1}:\n${documents[place]}`);
    return {
      input:
        `${ASKED}\n\nThe following are given documents.\n\n${shown.join('\n\n')}\n\n` +
        `${ASKED}\n\nQuestion: ${question.query}`,
      prefix: ' Answer:',
      outputs: question.outputs,
    };
  }

  /** Those that are needed, those near them, and any others. */
  function someOf({ gold, near }: Question, size: number, draws: Draws): number[] {
    const more = Math.max(0, size - gold.length);
    if (more <= near.length) return [...gold, ...draws.numbers((random) => random.sample(near, more))];
    const known = new Set([...gold, ...near]);
    const others = [...documents.keys()].filter((place) => !known.has(place));
    return [...gold, ...near, ...draws.numbers((random) => random.sample(others, more - near.length))];
  }

  /** All, in RULER again and again. */
  const everyone = (size: number): number[] =>
    Array.from({ length: isOfficial ? size : documents.length }, (_, i) => i % documents.length);

  function attempt(size: number, draws: Draws, index: number): { made: RulerSample; tokens: number } {
    const draft = write(size, draws, index);
    const tokens = tokensOf(isOfficial ? wholeText(draft) : draft.input, size);
    return { made: { ...draft, length: tokens + NEW_TOKENS }, tokens };
  }

  if (isOfficial) {
    return {
      write,
      largest: (draws) =>
        officialSize({
          ...{ probe: STEP, lower: STEP, upper: threefold(length, STEP), budget },
          tokensAt: (size) => tokensOf(wholeText(write(size, draws, 0)), size),
        }),
      sample: (largest, draws, index) =>
        fitting({
          ...{ what, length, newTokens: NEW_TOKENS, largest, increment: STEP },
          attempt: (size) => attempt(size, draws, index),
        }),
    };
  }

  return {
    write,
    largest(draws) {
      const tokensAt = (size: number) => {
        const { input, outputs } = write(size, draws, 0);
        return tokensOf(`${input} ${reprOf(outputs)}`, size);
      };
      return Math.max(portSize({ first: STEP, increment: STEP, budget, most: documents.length, tokensAt }), 1);
    },
    sample(largest, draws, index) {
      const least = questions[index].gold.length;
      for (let size = Math.max(largest, least); ; size = Math.max(size - STEP, least)) {
        const { made, tokens } = attempt(size, draws, index);
        if (tokens <= budget) return made;
        if (size === least) return null;
      }
    },
  };
}

/** @throws OptionError where nobody has given any: they are not made up. */
export function questionsIn(questions: Questions | null, what: string, file: string): Questions {
  if (questions) return questions;
  throw new OptionError(
    `${what}: its questions are not made up and none are given; give ${file}, or leave the task out.`,
  );
}
