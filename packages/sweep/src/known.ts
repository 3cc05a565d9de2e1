// What the names in specifications, records and results may mean: values that are handed in.
import { familiesWith, type Measure, measuresOf, type TaskFamily, taskNamed } from '@twilljs/eval';
import type { MixerFamily } from '@twilljs/nn';
import { nearest, OptionError, shown } from '@twilljs/tensor';
import { isFact } from './results.ts';
import type { ModelSize } from './sizes.ts';

/** `known` of `twilljs` has everything of this version; add your own to its lists. */
export interface Known {
  readonly mixers: readonly MixerFamily[];
  readonly tasks: readonly TaskFamily[];
  readonly sizes: readonly ModelSize[];
  /** Measures that may be asked for beside those of a task. */
  readonly measures?: readonly Measure[];
}

/** Whatever the configuration of a model may name: mixers, and the readouts of tasks. */
export const familiesOf = ({ mixers, tasks }: Known): readonly MixerFamily[] => familiesWith(mixers, tasks);

/** A mixer by its name, or by FLA's. @throws OptionError naming the known ones. */
export function mixerNamed(known: Known, value: unknown, where: string): MixerFamily {
  const family = known.mixers.find(({ name, model_type }) => value === name || value === model_type);
  if (family) return family;
  const names = known.mixers.map(({ name }) => name).join(', ');
  throw new OptionError(
    `${where}: ${shown(value)} is no mixer of this version; choose among ${names}, or give the path of a module with your own.`,
  );
}

/** As command lines and specifications write the name of a measure: `forget-gate`. */
export const measureWord = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * Measures by their names: `forget-gate`, or `forgetGate` as results call it.
 *
 * @throws OptionError for a name that is not known.
 */
export function measuresNamed({ measures = [] }: Known, names: readonly unknown[], where: string): Measure[] {
  return names.map((given) => {
    const found = measures.find(({ name }) => given === name || given === measureWord(name));
    if (found) return found;
    const all = measures.map(({ name }) => measureWord(name));
    const near = typeof given === 'string' ? nearest(given, all) : undefined;
    const next = near ? `did you mean ${near}?` : 'give one, or the path of a module with your own.';
    throw new OptionError(`${where}: ${shown(given)} is no measure at hand, ${all.join(', ')}; ${next}`);
  });
}

/**
 * What a run is measured by beside its task: all measures of its own modules, and those that it names.
 *
 * @param base `known` without the modules.
 */
export function furtherMeasures(known: Known, base: Known, names: readonly unknown[], where: string): Measure[] {
  const own = (known.measures ?? []).filter((one) => !base.measures?.includes(one));
  return [...new Set([...own, ...measuresNamed(known, names, where)])];
}

/** What a grid asks its models, and all that is measured of the answers. */
export interface Asked {
  readonly family: TaskFamily;
  /** Those of the task, then those of the grid. */
  readonly measures: readonly Measure[];
}

/**
 * @param grid `task` by any of its names, `measures` by name.
 * @throws OptionError for a name that is not known, and two measures of one name.
 */
export function askedBy(
  grid: { readonly task: unknown; readonly measures?: readonly unknown[] },
  known: Known,
  where: string,
): Asked {
  const family = taskNamed(known.tasks, grid.task, `${where}: task`);
  const measures = measuresOf(family, measuresNamed(known, grid.measures ?? [], `${where}: measures`));
  const taken = measures.find(({ name }) => isFact(name));
  if (!taken) return { family, measures };
  throw new OptionError(
    `${where}: a measure is called ${taken.name}, as something else of every cell is; give it another name.`,
  );
}
