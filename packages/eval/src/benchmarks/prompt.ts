// The prompt of a document: a description, examples with their answers, the document, and how its answer begins.
import { strip } from '../python/white-space.ts';
import type { PromptForm } from './benchmark.ts';

/** An example: a text, and the answer after it. */
export interface Example {
  readonly text: string;
  /** Null where there is none: nothing stands after the text then, not even what parts examples. A choice that is empty is an answer. */
  readonly answer: string | null;
}

/** What nearly every task has. */
export const usualForm: PromptForm = {
  description: '',
  targetDelimiter: ' ',
  shotDelimiter: '\n\n',
  answerPrefix: '',
};

/** Everything before a text: the description and the examples. */
export function opening(examples: readonly Example[], form: PromptForm): string {
  return form.description + examples.map((one) => shown(one, form)).join('');
}

/** A text that waits for its answer, and how that begins. */
export function waiting(text: string, { answerPrefix, targetDelimiter }: PromptForm): string {
  return joined(text, targetDelimiter, answerPrefix);
}

function shown({ text, answer }: Example, { answerPrefix, targetDelimiter, shotDelimiter }: PromptForm): string {
  if (answer === null) return text;
  if (answerPrefix === '') return text + targetDelimiter + answer + shotDelimiter;
  return joined(text, targetDelimiter, joined(answerPrefix, ' ', answer)) + shotDelimiter;
}

/** With the delimiter only where neither side has white space at the joint, nor is empty. */
function joined(left: string, delimiter: string, right: string): string {
  const isApart = left === '' || right === '' || isSpace([...left].at(-1)!) || isSpace([...right][0]);
  return left + (isApart ? '' : delimiter) + right;
}

const isSpace = (character: string): boolean => strip(character) === '';
