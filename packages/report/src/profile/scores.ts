// Models of a report on the tasks of a profile, and the others: accuracies above chance.
import { type Known, type SweepCellResult, valueIn } from '@twilljs/sweep';
import { type Model, mainOf, modelsOf, numberOf, type Part, settingText } from '../part.ts';
import { type Spread, spreadOf } from '../text/stats.ts';
import { chanceAt } from '../words.ts';
import { digestOf, tasksByDigest } from './digest.ts';
import type { Profile, ProfileTask } from './profile.ts';

/** One architecture on all tasks. */
export interface Architecture {
  /** `GLA`; `GLA, 1 in 2 full`. */
  readonly name: string;
  readonly mixer: string;
  /** By name of the task, over the seeds; a task without a result is missing. */
  readonly scores: ReadonlyMap<string, Spread>;
}

/** A task that models of the report were trained on. */
export interface AskedTask extends ProfileTask {
  readonly part: Part;
  /** Accuracy of guessing. */
  readonly chance: number;
}

export interface Scores {
  readonly tasks: readonly AskedTask[];
  /** Trained for this report. */
  readonly own: readonly Architecture[];
  /** Measured before, each mixer alone. */
  readonly others: readonly Architecture[];
  /** Tasks of which nobody was measured with this setting before. */
  readonly unknown: readonly AskedTask[];
}

/** The parts that belong to a profile, each with its task, in the order of the profile. */
export function partsIn(profile: Profile, parts: readonly Part[], known: Known): (readonly [ProfileTask, Part])[] {
  const tasks = tasksByDigest(profile, known);
  const found = parts.flatMap((part) => {
    const task = tasks.get(digestOf(part.grid));
    return task ? [[task, part] as const] : [];
  });
  return found.sort(([a], [b]) => profile.tasks.indexOf(a) - profile.tasks.indexOf(b));
}

export function scoresOf(profile: Profile, parts: readonly Part[], known: Known): Scores {
  const tasks = partsIn(profile, parts, known).map(
    ([task, part]): AskedTask => ({ ...task, part, chance: chanceAt(part, modelsOf(part)[0]) ?? 0 }),
  );
  const own = new Map<string, { mixer: string; scores: Map<string, Spread> }>();
  for (const { name, part, chance } of tasks) {
    for (const model of modelsOf(part)) {
      const called = nameOf(part, model);
      const architecture = own.get(called) ?? { mixer: model.mixer, scores: new Map() };
      own.set(called, architecture);
      put(architecture.scores, name, accuraciesOf(part, model), chance);
    }
  }
  const measured = tasks.flatMap((task) => {
    const found = profile.others[task.name];
    return found?.digest === digestOf(task.part.grid) ? [{ task, accuracy: found.accuracy }] : [];
  });
  return {
    tasks,
    own: [...own].map(([name, rest]) => ({ name, ...rest })),
    others: known.mixers.flatMap(({ name: mixer, title: name }) => {
      const scores = new Map<string, Spread>();
      for (const { task, accuracy } of measured) put(scores, task.name, accuracy[mixer] ?? [], task.chance);
      return own.has(name) || scores.size === 0 ? [] : [{ name, mixer, scores }];
    }),
    unknown: tasks.filter((task) => !measured.some((one) => one.task === task)),
  };
}

/** 0 for guesses, 1 where all is right. */
function put(scores: Map<string, Spread>, task: string, accuracies: readonly number[], chance: number): void {
  const spread = spreadOf(accuracies.map((accuracy) => (accuracy - chance) / (1 - chance)));
  if (spread) scores.set(task, spread);
}

/** What a picture calls a model: a mixer alone by its title. */
const nameOf = (part: Part, model: Model): string =>
  `${settingText(part, model)}${model.ratio === 'pure' ? '' : `, 1 in ${model.ratio} full`}`;

/** Of each seed, at the difficulty of training: what lies beyond is another question. */
export const accuraciesOf = (part: Part, { cells }: Model): number[] =>
  cells.map((cell) => accuracyIn(part, cell)).filter(Number.isFinite);

function accuracyIn(part: Part, cell: SweepCellResult): number {
  const value = valueIn(cell, mainOf(part));
  if (mainOf(part).kind !== 'byDifficulty') return numberOf(value, mainOf(part));
  const trained = Object(value)[Number(part.data[part.task.axis.field])];
  return typeof trained === 'number' ? trained : Number.NaN;
}
