// What a sweep compares: grids of mixer x ratio x size x axes x seed for a task, read from JSON and checked.
import { settingsToRecord, type TaskFamily } from '@twilljs/eval';
import { type Ratio, readRatio } from '@twilljs/hybrid';
import { type Fields, readFields } from '@twilljs/nn';
import { knownOnly, OptionError, shown } from '@twilljs/tensor';
import { type TrainOptions, trainFields } from '@twilljs/train';
import { type Axes, readAxes } from './axes.ts';
import { type CellOptions, cellOptionsOf, tablesOf } from './cell-options.ts';
import { checkCells, distinct, inPlace, type Json, list, object } from './checks.ts';
import { askedBy, type Known, mixerNamed } from './known.ts';
import { defaultSize, type ModelSize, readSize } from './sizes.ts';

/** One grid: every mixer at every ratio, in every size, with every value of every axis and every seed. */
export interface SweepGrid {
  /** First part of the names of its cells. Default: the task. */
  readonly name: string;
  /** As it was written: a task's name, or another name of it. */
  readonly task: string;
  /** Names of mixers. `attention`, the Transformer, has one cell per size and seed whatever the ratios. */
  readonly mixers: readonly string[];
  readonly ratios: readonly Ratio[];
  /** Names of known sizes, or sizes written out; once read, written out. */
  readonly sizes: readonly ModelSize[];
  readonly seeds: readonly number[];
  /** What its cells have in common; an axis is not among them. */
  readonly training: Partial<TrainOptions>;
  /** Options of the task, likewise. */
  readonly data: Json;
  /** Axes: options of training, fields of the model or options of the task, and their values. */
  readonly over?: Axes;
  /** Grids of one task with the same section are reported together. */
  readonly section?: string;
  /** Measures beside those of the task, by name. */
  readonly measures?: readonly string[];
}

/** A specification with every default written out. */
export interface SweepSpec {
  readonly name: string;
  readonly grids: readonly SweepGrid[];
  /** Whole paths of modules with what it names beside what is known; see `knownWith`. */
  readonly modules?: readonly string[];
}

/**
 * Reads and completes a specification.
 *
 * @param json parsed JSON: `{ name, grids: [{ task, mixers, ratios, sizes, seeds, training, data, over }] }`.
 * @param known what it may name.
 * @param where what is read, for messages.
 * @throws OptionError naming the field, its value and what it may hold.
 */
export function readSweepSpec(json: unknown, known: Known, where = 'sweep'): SweepSpec {
  const spec = object(json, where);
  knownOnly(where, spec, ['name', 'grids', 'modules']);
  const { name, modules } = readFields(
    { name: { type: 'string', default: 'sweep' }, modules: { type: 'strings', default: null } },
    spec,
    where,
  );
  const grids = list(spec.grids, `${where}: grids`, 'grids').map((grid, i) =>
    readGrid(object(grid, `${where}: grids[${i}]`), known, `${where}: grids[${i}]`),
  );
  checkCells(
    grids.map(cellsOf).reduce((sum, count) => sum + count),
    where,
  );
  checkName(name, where);
  return { name, grids, ...(modules && { modules }) };
}

const combinationsOf = (over: Axes = {}) => Object.values(over).reduce((count, values) => count * values.length, 1);

/** At most: a Transformer has one whatever the ratios. */
const cellsOf = ({ mixers, ratios, sizes, seeds, over }: SweepGrid) =>
  [mixers, ratios, sizes, seeds].reduce((count, all) => count * all.length, combinationsOf(over));

const gridFields = {
  section: { type: 'string', default: null },
  measures: { type: 'strings', default: null },
} as const satisfies Fields;

const gridKeys = ['name', 'task', 'mixers', 'ratios', 'sizes', 'seeds', 'training', 'data', 'over'];

function readGrid(grid: Json, known: Known, where: string): SweepGrid {
  knownOnly(where, grid, [...gridKeys, ...Object.keys(gridFields)]);
  const { section, measures } = readFields(gridFields, grid, where);
  if (section !== null && !/^\P{Cc}+$/u.test(section)) {
    throw new OptionError(`${where}: section is ${shown(section)} where a text of one line is needed; correct it.`);
  }
  const { family } = askedBy({ task: grid.task, measures: measures ?? [] }, known, where);
  const task = grid.task as string;
  const { name } = readFields({ name: { type: 'string', default: task } }, grid, where);
  checkName(name, where);
  const mixers = distinct(grid.mixers, `${where}: mixers`, 'mixers', (mixer) => nameOf(mixer, known, where));
  const given = { task, mixers, ...partsOf(grid, family, where) };
  const over =
    grid.over === undefined ? undefined : readAxes(grid.over, tablesOf(given, known), given, `${where}.over`);
  checkCells(combinationsOf(over), where);
  const options = cellOptionsOf({ ...given, ...(over && { over }) }, known, where);
  const least = () => Math.max(...options.map(({ data }) => family.vocab(data)));
  const sizes = grid.sizes ?? [defaultSize(known, task, family, inPlace(`${where}.data`, least))];
  return {
    name,
    task,
    mixers,
    ratios: distinct(grid.ratios ?? ['pure'], `${where}: ratios`, 'ratios', (ratio) => ratioOf(ratio, where)),
    sizes: distinct(sizes, `${where}: sizes`, 'sizes', (size, i) => readSize(size, known, `${where}.sizes[${i}]`)),
    seeds: distinct(grid.seeds ?? [0], `${where}: seeds`, 'seeds', (seed) => readSeed(seed, where)),
    ...common(family, given, options, over),
    ...(over && { over }),
    ...(section !== null && { section }),
    ...(measures && { measures }),
  };
}

/** What is given for all cells. */
function partsOf(grid: Json, { fields }: TaskFamily, where: string): Pick<SweepGrid, 'training' | 'data'> {
  const training = object(grid.training ?? {}, `${where}.training`);
  knownOnly(`${where}.training`, training, [...Object.keys(trainFields), 'groups']);
  const data = object(grid.data ?? {}, `${where}.data`);
  knownOnly(`${where}.data`, data, Object.keys(fields));
  return { training, data };
}

/** Options of training that a specification states whether they were given or not. */
const stated = [
  'steps',
  'lr',
  'warmup',
  'decay',
  'minRatio',
  'weightDecay',
  'decayed',
  'maxNorm',
  'microBatches',
] as const;

/** What all cells of a grid have, written out. What follows from an axis, as the warm-up from the steps, is each cell's own. */
function common(
  family: TaskFamily,
  given: Pick<SweepGrid, 'training' | 'data'>,
  options: readonly CellOptions[],
  over: Axes = {},
): Pick<SweepGrid, 'training' | 'data'> {
  const isCommon = (name: string) => !Object.hasOwn(over, name);
  const follows = (name: string) => name === 'warmup' && Object.hasOwn(over, 'steps') && !('warmup' in given.training);
  const [{ training, data }] = options;
  const names = new Set([...stated, ...Object.keys(given.training)]);
  const pick = (values: Json, wanted: readonly string[]) =>
    Object.fromEntries(wanted.filter(isCommon).map((name) => [name, values[name]]));
  return {
    training: pick(
      { ...training },
      [...names].filter((name) => !follows(name)),
    ),
    data: pick(data, Object.keys(settingsToRecord(family, data))),
  };
}

/** Of what becomes part of a file's name. */
function checkName(name: string, where: string): void {
  if (/^[a-z0-9][\w.-]{0,40}$/i.test(name)) return;
  throw new OptionError(
    `${where}: name is ${shown(name)}, of which no file is named; use letters, digits, _, . and -.`,
  );
}

const nameOf = (value: unknown, known: Known, where: string) => mixerNamed(known, value, `${where}: mixers`).name;

function ratioOf(value: unknown, where: string): Ratio {
  const ratio = readRatio(value);
  if (ratio !== null) return ratio;
  throw new OptionError(
    `${where}: ratios: ${shown(value)} is neither "pure" nor "3:1", three linear layers to a full one, nor "4", one full layer in 4; correct it.`,
  );
}

function readSeed(value: unknown, where: string): number {
  return readFields({ seed: { type: 'integer', min: 0, max: 2 ** 53 - 1 } }, { seed: value }, `${where}: seeds`).seed;
}
