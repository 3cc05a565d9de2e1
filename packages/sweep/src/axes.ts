// The axes of a grid beside mixer, ratio, size and seed: any option of training, field of the model or option of the task.
import { type Field, type Fields, readFields } from '@twilljs/nn';
import { nearest, OptionError, shown } from '@twilljs/tensor';
import { distinct, type Json, letters, object } from './checks.ts';

/** What an axis may be set to. */
export type Setting = number | string | boolean | null;

/** Values of the axes, by their names. */
export type Settings = Readonly<Record<string, Setting>>;

/** The values that each axis goes through. */
export type Axes = Readonly<Record<string, readonly Setting[]>>;

const kinds = ['training', 'model', 'task'] as const;
export type AxisKind = (typeof kinds)[number];

/** Settings by what they belong to. */
export type Sorted = Readonly<Record<AxisKind, Settings>>;

/** The options and fields that an axis may name. */
export type AxisTables = Readonly<Record<AxisKind, Fields>>;

/**
 * Reads `over`.
 *
 * @param given what the grid says for all its cells: an axis is said once.
 * @throws OptionError for a name that is unknown, means two things or stands elsewhere too, and a value that cannot be.
 */
export function readAxes(
  value: unknown,
  tables: AxisTables,
  given: { readonly training: Json; readonly data: Json },
  where: string,
): Axes {
  const axes: Record<string, readonly Setting[]> = {};
  for (const [written, values] of Object.entries(object(value, where))) {
    const { name, kind } = find(written, tables, where);
    if (Object.hasOwn(axes, name)) throw new OptionError(`${where}: ${name} is there twice; leave one out.`);
    if (Object.hasOwn(kind === 'training' ? given.training : given.data, name)) {
      throw new OptionError(`${where}: ${name} is an axis, and given for all cells as well; leave one out.`);
    }
    const field = tables[kind][name];
    axes[name] = distinct(values, `${where}.${name}`, 'values', (one) => readSetting(one, field, name, where));
  }
  return axes;
}

/** An option by its letters: `weight_decay` is `weightDecay`. */
function find(written: string, tables: AxisTables, where: string): { name: string; kind: AxisKind } {
  const found = kinds.flatMap((kind) =>
    Object.keys(tables[kind])
      .filter((name) => letters(name) === letters(written))
      .map((name) => ({ name, kind })),
  );
  if (found.length === 1) return found[0];
  if (found.length > 1) {
    const meanings = found.map(({ name, kind }) => `${name} of the ${kind}`).join(' and ');
    throw new OptionError(`${where}: ${shown(written)} is ${meanings}; give one of them another name.`);
  }
  const near = nearest(
    written,
    kinds.flatMap((kind) => Object.keys(tables[kind])),
  );
  const next = near
    ? `did you mean ${near}?`
    : 'name an option of training, a field of the model or an option of the task.';
  throw new OptionError(`${where}: there is no option ${shown(written)}; ${next}`);
}

function readSetting(value: unknown, field: Field, name: string, where: string): Setting {
  const read = readFields({ [name]: field }, { [name]: value }, where)[name];
  // It becomes part of the name of a directory.
  if (/^[\w.+-]{1,40}$/.test(String(read))) return read as Setting;
  throw new OptionError(
    `${where}: ${name} is ${shown(value)} where a number, a word, true, false or null is needed; correct it.`,
  );
}

/** All combinations, the last axis changing first; one without settings where there is no axis. */
export function combinations(axes: Axes = {}): Settings[] {
  return Object.entries(axes).reduce<Settings[]>(
    (before, [name, values]) => before.flatMap((settings) => values.map((value) => ({ ...settings, [name]: value }))),
    [{}],
  );
}

/** Which of the settings belong to what. */
export function sorted(settings: Settings, tables: AxisTables): Sorted {
  const of = (kind: AxisKind) =>
    Object.fromEntries(Object.entries(settings).filter(([name]) => Object.hasOwn(tables[kind], name)));
  return { training: of('training'), model: of('model'), task: of('task') };
}
