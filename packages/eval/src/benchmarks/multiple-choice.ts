// Tasks of choices: which of a few continuations, or which of a few contexts of one continuation, is likeliest.
import { FileError } from '@twilljs/tensor';
import type { Answer, LoglikelihoodAnswer, Request } from '../requests/request.ts';
import type { Benchmark, PromptForm, Row, Value } from './benchmark.ts';
import { type Facts, factsOf } from './facts.ts';
import { type ChoiceMetric, type Choices, choiceMetrics } from './metrics.ts';
import { type Example, opening, usualForm, waiting } from './prompt.ts';

/** What a benchmark with choices is made of. */
export interface MultipleChoiceParts extends Facts {
  /** Default: `acc`. */
  readonly metrics?: readonly ChoiceMetric[];
  readonly form?: Partial<PromptForm>;
  /** What is made of a row once; default: the row itself. */
  prepare?(row: Row): Row;
  /** The context of a document. With `ending`: not called. */
  text?(doc: Row): string;
  /** What may come after it. With `ending`: the contexts. */
  choices(doc: Row): readonly string[];
  /** The index of the right one. */
  gold(doc: Row): number;
  /** What samples call the right answer; default: the ending, or the index of the right choice. */
  target?(doc: Row): string;
  /** The one continuation, where the choices are its contexts. */
  ending?(doc: Row): string;
}

/** A benchmark that can be measured by other metrics of choices. */
export interface ChoiceBenchmark extends Benchmark {
  measuredBy(metrics: readonly ChoiceMetric[]): ChoiceBenchmark;
}

/**
 * A benchmark that asks for the log-probability of every choice.
 *
 * @throws FileError of its methods, for a document whose right choice is none of its choices.
 */
export function multipleChoice(parts: MultipleChoiceParts): ChoiceBenchmark {
  const { metrics = [choiceMetrics.acc], prepare = (row) => row, text = () => '', choices, ending } = parts;
  const form = { ...usualForm, ...parts.form };
  const { targetDelimiter } = form;
  const asksAlone = metrics.some((metric) => metric.asksAlone);

  function gold(doc: Row): number {
    const index = parts.gold(doc);
    const { length } = choices(doc);
    if (Number.isInteger(index) && index >= 0 && index < length) return index;
    throw new FileError(`the right choice is number ${index} of ${length}, counted from 0; give rows with answers.`);
  }

  /** An example says the right context, or the context and the right choice. */
  const example = (doc: Row): Example =>
    ending
      ? { text: choices(doc)[gold(doc)], answer: ending(doc) || null }
      : { text: text(doc), answer: choices(doc)[gold(doc)] };

  function requests(doc: Row, shots: readonly Row[]): Request[] {
    gold(doc); // what has no right choice is refused before it is asked
    const before = opening(shots.map(example), form);
    const ask = (context: string, continuation: string): Request => ({ kind: 'loglikelihood', context, continuation });
    const options = choices(doc);
    const asked = ending
      ? options.map((option) => ask(before + waiting(option, form), targetDelimiter + ending(doc)))
      : options.map((option) => ask(before + waiting(text(doc), form), targetDelimiter + option));
    return asksAlone ? [...asked, ...options.map((option) => ask('', targetDelimiter + option))] : asked;
  }

  function score(doc: Row, answers: readonly Answer[]): Record<string, Value> {
    const options = choices(doc);
    const given = answers as readonly LoglikelihoodAnswer[];
    const logprobs = given.map(({ logprob }) => logprob);
    const outcome: Choices = {
      choices: options,
      gold: gold(doc),
      logprobs: logprobs.slice(0, options.length),
      greedy: given.slice(0, options.length).map(({ greedy }) => greedy),
      alone: logprobs.slice(options.length),
    };
    return Object.fromEntries(metrics.map((metric) => [metric.name, metric.value(outcome)]));
  }

  return {
    ...factsOf(parts),
    kind: 'multiple_choice',
    metrics,
    form,
    prepare,
    requests,
    score,
    target: parts.target ?? ending ?? gold,
    measuredBy: (others) => multipleChoice({ ...parts, metrics: others }),
  };
}
