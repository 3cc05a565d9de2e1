// What `twill eval` measures: a text or a task, at one length of its rows or at several.

import { MOST_TOKENS } from '@twilljs/data';
import type { JsonObject } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { OptionError, rng } from '@twilljs/tensor';
import { measureTask, openTask, type TaskSizes } from '../train/source.ts';
import type { Overlap } from './overlap.ts';

export interface Measuring {
  /** Ids that occur. */
  readonly vocab: number;
  /** Whether ids are bytes. */
  readonly isText: boolean;
  /** On what, in words. */
  readonly what: string;
  /** Lengths of rows, T, in the order that was asked for. */
  readonly lengths: readonly number[];
  /** Of the rows that the model was trained on; null where nothing says it. */
  readonly trainedLength: number | null;
  /** Documents of the text that are in the training text too; null where that text is not at hand, or the task has none. */
  readonly trainedOn: readonly Overlap[] | null;
  /** @param length one of the lengths. @param onPart told of parts done, and their number, where there is more than one. */
  measure(model: LanguageModel, length: number, onPart: (done: number, of: number) => void): Promise<JsonObject>;
}

/** @throws OptionError for a length beyond all use, or given twice. */
export function checkLengths(lengths: readonly number[]): void {
  lengths.forEach((length, i) => {
    if (length > MOST_TOKENS) {
      throw new OptionError(`--length ${length} is above the limit of ${MOST_TOKENS} tokens; choose a smaller one.`);
    }
    if (lengths.indexOf(length) !== i) throw new OptionError(`--length ${length} is given twice; give it once.`);
  });
}

/** Fresh rows of a task, of its own sizes where the run was trained on it. */
export function onTask(
  name: 'mqar' | 'parity',
  { kind, batch: _, ...sizes }: JsonObject,
  seed: number,
  lengths: readonly number[] | undefined,
): Measuring {
  const own = kind === name ? (sizes as TaskSizes) : {};
  const taskOf = (length?: number) => openTask(name, length === undefined ? own : { ...own, length }, rng(seed));
  const task = taskOf();
  for (const length of lengths ?? []) taskOf(length); // refuses a length that has no room for the pairs
  return {
    vocab: task.vocab,
    isText: false,
    what: `${name}, fresh rows of seed ${seed}`,
    lengths: lengths ?? [task.T],
    trainedLength: kind === name ? task.T : null,
    trainedOn: null,
    measure: (model, length) => {
      // The difficulty of parity is its length: by itself it is measured beyond it too.
      if (lengths && name === 'parity') return measureTask(model, taskOf(length), [length]);
      return measureTask(model, taskOf(length));
    },
  };
}
