// Tasks that make their own rows: exercises with known answers, measured by accuracy at each difficulty.
import type { Task } from '@twilljs/data';
import type { Fields, Values } from '@twilljs/nn';
import { rng } from '@twilljs/tensor';
import type { EvaluationSet, Probe } from './measure.ts';
import { accuracy } from './measures/accuracy.ts';
import type { TaskFamily } from './task-family.ts';

/** Rows of a set, where a task has no option `rows` that says it. */
const ROWS = 384;

export interface ExerciseProbe extends Probe {
  /** Of each set. */
  readonly rows: number;
  /** Accuracy of guessing. */
  readonly chance: number;
}

type Own<F extends Fields> = Pick<
  TaskFamily<F>,
  'name' | 'aliases' | 'title' | 'summary' | 'axis' | 'words' | 'readout'
>;

/** What `exercises` makes a task of. */
export interface ExercisesParts<F extends Fields> extends Own<F> {
  /** Options with their defaults; `length` and `batch` among them. */
  readonly fields: F;
  /** Measures after the accuracy. */
  readonly measures?: TaskFamily<F, ExerciseProbe>['measures'];
  /**
   * The generator. @param steps of the run, where it is trained on; absent where it is measured.
   */
  make(options: Values<F>, source: ReturnType<typeof rng>, steps?: number): Task;
}

/**
 * A task family from its generator, such as `makeTask` gives.
 *
 * @example
 * export default exercises({ name: 'mine', title: 'Mine', summary: '...', fields, axis: { field: 'length', unit: 'tokens' }, make });
 */
export function exercises<const F extends Fields>(parts: ExercisesParts<F>): TaskFamily<F, ExerciseProbe> {
  const { make, measures = [accuracy], ...own } = parts;
  return {
    ...own,
    measures,
    lossUnit: { perNat: 1, name: 'nats per answer' },
    vocab: (options) => make(options, rng(0)).vocab,
    chance: (options) => make(options, rng(0)).chance,
    batches: (options, { seed, steps }) => make(options, rng(seed).fork('data'), steps),
    probe(options, { seed, at }) {
      const task = make(options, rng(seed));
      const { difficulties, T: length, chance } = task;
      const { rows = ROWS } = options as { readonly rows?: number };
      const sets = (at ?? difficulties).map((difficulty) => setOf(task, difficulty, rows));
      return { length, chance, rows, sets };
    },
  };
}

/** Made when it is asked for: training ends long after it was begun. */
function setOf(task: Task, at: number, rows: number): EvaluationSet {
  return {
    at,
    get rows() {
      return task.evaluation(rows, at);
    },
  };
}
