// Tasks of writing: what the model writes after a prompt, and whether an answer is in it.

import { FileError } from '@twilljs/tensor';
import { containsIgnoringCase } from '../python/letters.ts';
import type { GenerationAnswer, GenerationOptions } from '../requests/request.ts';
import type { Benchmark, Cutting, Row } from './benchmark.ts';
import { type Facts, factsOf } from './facts.ts';
import { contains } from './metrics.ts';
import { opening, usualForm, waiting } from './prompt.ts';

/** What a benchmark with written answers is made of. */
export interface GenerationParts extends Facts {
  text(doc: Row): string;
  /** Any of them is right; the first is what an example says. */
  answers(doc: Row): readonly string[];
  readonly options: GenerationOptions;
  /** What is made of a row once; default: the row itself. */
  prepare?(row: Row): Row;
  /** See `Benchmark`. */
  cut?(doc: Row, cutting: Cutting): Row | null;
}

/** A benchmark that lets the model write and looks for an answer in it. */
export function generation(parts: GenerationParts): Benchmark {
  const { text, answers, options, cut, prepare = (row) => row } = parts;
  const form = usualForm;

  function target(doc: Row): string {
    const [first] = answers(doc);
    if (first !== undefined) return first;
    throw new FileError('it has no answer; give rows with answers.');
  }

  return {
    ...factsOf(parts),
    kind: 'generate_until',
    metrics: [contains],
    form,
    ...(cut && { cut }),
    prepare,
    target,
    requests(doc, shots) {
      const examples = shots.map((shot) => ({ text: text(shot), answer: target(shot) || null }));
      return [{ kind: 'generate_until', context: opening(examples, form) + waiting(text(doc), form), options }];
    },
    score: (doc, [answer]) => ({
      [contains.name]: Number(answers(doc).some((one) => containsIgnoringCase((answer as GenerationAnswer).text, one))),
    }),
  };
}
