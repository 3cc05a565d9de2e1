// What the names in specifications, records and results may mean: values that are handed in.
import { type Measure, measuresOf, type TaskFamily, taskNamed } from '@twilljs/eval';
import type { MixerFamily } from '@twilljs/nn';
import { OptionError, shown } from '@twilljs/tensor';
import { isFact } from './results.ts';
import type { ModelSize } from './sizes.ts';

/** `known` of `twilljs` has everything of this version; add your own to its lists. */
export interface Known {
  readonly mixers: readonly MixerFamily[];
  readonly tasks: readonly TaskFamily[];
  readonly sizes: readonly ModelSize[];
  /** Measures that a grid may ask for beside those of its task. */
  readonly measures?: readonly Measure[];
}

/** A mixer by its name, or by FLA's. @throws OptionError naming the known ones. */
export function mixerNamed(known: Known, value: unknown, where: string): MixerFamily {
  const family = known.mixers.find(({ name, model_type }) => value === name || value === model_type);
  if (family) return family;
  const names = known.mixers.map(({ name }) => name).join(', ');
  throw new OptionError(
    `${where}: ${shown(value)} is no mixer of this version; choose among ${names}, or give the path of a module with your own.`,
  );
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
  const further = (grid.measures ?? []).map((name) => {
    const found = known.measures?.find((measure) => measure.name === name);
    if (found) return found;
    throw new OptionError(
      `${where}: measures: ${shown(name)} is no measure at hand; give the path of a module with it.`,
    );
  });
  const measures = measuresOf(family, further);
  const taken = measures.find(({ name }) => isFact(name));
  if (!taken) return { family, measures };
  throw new OptionError(
    `${where}: a measure is called ${taken.name}, as something else of every cell is; give it another name.`,
  );
}
