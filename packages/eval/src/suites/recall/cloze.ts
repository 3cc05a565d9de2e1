// What the tasks of "Just read twice" share: a document read once, or twice after the question.
import { FileError } from '@twilljs/tensor';
import type { Benchmark, Dataset, Published, Row } from '../../benchmarks/benchmark.ts';
import { stringIn } from '../../benchmarks/columns.ts';
import { type CutFields, cutAround } from '../../benchmarks/cut.ts';
import { generation } from '../../benchmarks/generation.ts';
import { lengthOf } from '../../python/letters.ts';
import { strip } from '../../python/white-space.ts';

export interface OnceAndTwiceParts {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly title: string;
  readonly dataset: Dataset;
  /** Of the form that is read once. */
  readonly published: readonly Published[];
  readonly cut: CutFields;
  prepare?(row: Row): Row;
  answers(doc: Row): readonly string[];
  /** The document, then the question. */
  once(doc: Row): string;
  /** The question, the document two times, then the question again. */
  twice(doc: Row): string;
}

/** Both forms of a task. Neither has examples. */
export function onceAndTwice(parts: OnceAndTwiceParts): { readonly once: Benchmark; readonly twice: Benchmark } {
  const { name, aliases = [], title, published, cut, once, twice, ...others } = parts;
  const shared = {
    ...others,
    version: 0,
    source: 'Arora et al. 2024, https://arxiv.org/abs/2407.05483',
    shots: null,
    options: { until: ['\n'], maxTokens: 48 },
    cut: (doc, cutting) => cutAround(cut, doc, cutting),
  } satisfies Partial<Parameters<typeof generation>[0]>;
  return {
    once: generation({ ...shared, name, aliases, title, published, text: once }),
    twice: generation({
      ...shared,
      name: `${name}_twice`,
      aliases: aliases.map((alias) => `${alias}_twice`),
      title: `${title}, read twice`,
      text: twice,
    }),
  };
}

/** `text.strip(character)` of Python. */
export function trimmed(text: string, character: string): string {
  let [from, to] = [0, text.length];
  while (from < to && text[from] === character) from++;
  while (to > from && text[to - 1] === character) to--;
  return text.slice(from, to);
}

/** With a full stop at its end. */
export const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

/** Without an end, however often it stands there, in small letters or large ones. */
export function withoutEnd(text: string, end: string): string {
  if (end === '') throw new FileError('the question is empty; give rows with questions.');
  const length = lengthOf(end);
  let rest = text;
  while (rest.toLowerCase().endsWith(end.toLowerCase())) rest = [...rest].slice(0, -length).join('');
  return rest;
}

/** The key of a fact, its first letter large, and a colon. */
export function questionOf(doc: Row): string {
  const [first, ...others] = stringIn(doc, 'key');
  if (first === undefined) throw new FileError('column "key" is empty; give rows with keys.');
  return `${first.toUpperCase()}${others.join('')}:`;
}

/** What is sought, a document two times, and the question. */
export function factTwice(document: string, doc: Row): string {
  const question = questionOf(doc);
  return `Information about ${trimmed(question, ':')}. ${document}\n${document} ${question}`;
}

/** The context without the question at its end. */
export const contextOf = (doc: Row): string =>
  withoutEnd(strip(stringIn(doc, 'context')), strip(stringIn(doc, 'question')));

/** A context, and the question as a sentence that begins. */
export const asked = (context: string, doc: Row): string =>
  `${trimmed(strip(context), '.')}. ${strip(stringIn(doc, 'question'))}`;

/** The question as it was, a context two times, and the question as a sentence that begins. */
export function askedTwice(context: string, question: string, doc: Row): string {
  const document = `${strip(trimmed(strip(context), '.'))}.`;
  return `${question} ${document}\n${document} ${strip(stringIn(doc, 'question'))}`;
}
