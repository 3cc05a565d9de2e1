// Synthetic tasks: accuracy at each difficulty, and by position.
import type { Task } from '@twilljs/data';
import type { LanguageModel } from '@twilljs/hybrid';
import { knownOnly, OptionError, shown, whole } from '@twilljs/tensor';
import type { Estimate } from './estimate.ts';
import { meanByPosition, meanOf, type Place, score } from './score.ts';

/** What a task found at one difficulty. */
export interface TaskResult {
  readonly task: string;
  /** What it counts is the task's own: pairs of associative recall, tokens of parity. */
  readonly difficulty: number;
  /** Share of labelled positions where the label is the most likely token of the whole vocabulary. */
  readonly accuracy: Estimate;
  /** Of guessing among all possible answers. */
  readonly chance: number;
  /** Nats per label. */
  readonly loss: Estimate;
  /** Accuracy at each position; null where nothing is asked. */
  readonly byPosition: readonly (number | null)[];
  /** The first position whose loss is not finite: the mean loss is not either. A position without numbers is no hit. */
  readonly notFinite: Place | null;
}

/** At which difficulties a task is asked, and in how many rows. */
export interface TaskOptions {
  /** Rows of the fixed evaluation set at each difficulty. Default 384. */
  rows?: number;
  /** Default: those that the task names. */
  difficulties?: readonly number[];
}

/**
 * Measures a model on fixed fresh exercises, the same for every model that is given the same task and seed.
 *
 * @returns one result per difficulty.
 */
export async function evaluateTask(model: LanguageModel, task: Task, options: TaskOptions = {}): Promise<TaskResult[]> {
  if (typeof task?.evaluation !== 'function') {
    throw new OptionError(
      `evaluateTask: ${shown(task)} is no task; give mqar({ source }) or another of @twilljs/data.`,
    );
  }
  knownOnly('evaluateTask', options, ['rows', 'difficulties']);
  const { rows = 384, difficulties = task.difficulties } = options;
  whole('evaluateTask: rows', rows, 1);
  if (!Array.isArray(difficulties)) {
    throw new OptionError(`evaluateTask: difficulties is ${shown(difficulties)}; give a list, such as [4, 8].`);
  }
  const results: TaskResult[] = [];
  for (const difficulty of difficulties) {
    const scores = await score(model, task.evaluation(rows, difficulty));
    results.push({
      ...{ task: task.name, difficulty, chance: task.chance },
      accuracy: meanOf(scores.hits, scores),
      loss: meanOf(scores.nats, scores),
      byPosition: meanByPosition(scores.hits, scores),
      notFinite: scores.notFinite,
    });
  }
  return results;
}
