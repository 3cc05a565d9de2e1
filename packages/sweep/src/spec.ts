// What a sweep compares: grids of mixer x ratio x size x seed for a task, read from JSON and checked.
import { MOST_TOKENS } from '@twilljs/data';
import { type Ratio, readRatio } from '@twilljs/hybrid';
import { type Fields, type MixerFamily, modelFields, readFields, type Values } from '@twilljs/nn';
import { knownOnly, OptionError, shown } from '@twilljs/tensor';
import { defaultWarmup, trainFields } from '@twilljs/train';
import type { Known } from './known.ts';
import type { ModelSize } from './sizes.ts';

type Json = Readonly<Record<string, unknown>>;

/** `recall`: MQAR, the value that belongs to a key. `language`: bytes of text. */
export type SweepTask = 'recall' | 'language';

/** The options of training that a sweep may set; the others have their defaults. */
const { steps, lr, warmup, decay, minRatio, weightDecay, decayed, maxNorm, microBatches } = trainFields;
const sweepTraining = { steps, lr, warmup, decay, minRatio, weightDecay, decayed, maxNorm, microBatches };

/** What a step reads, by task. */
const sweepData = {
  recall: {
    length: { type: 'integer', default: 64 },
    batch: { type: 'integer', default: 32 },
    pairs: { type: 'integer', default: 16 },
    vocab: { type: 'integer', default: 64, min: 4 },
  },
  language: {
    length: { type: 'integer', default: 256 },
    batch: { type: 'integer', default: 4 },
  },
} as const satisfies Record<SweepTask, Fields>;

export type SweepTraining = Omit<Values<typeof sweepTraining>, 'warmup'> & { readonly warmup: number };
export type RecallData = Values<typeof sweepData.recall>;
export type LanguageData = Values<typeof sweepData.language>;

/** One grid: every mixer at every ratio, in every size, with every seed. */
export interface SweepGrid {
  /** First part of the names of its cells. Default: the task. */
  readonly name: string;
  readonly task: SweepTask;
  /** Names of mixers. `attention`, the Transformer, has one cell per size and seed whatever the ratios. */
  readonly mixers: readonly string[];
  readonly ratios: readonly Ratio[];
  /** Names of `modelSizes`, or sizes written out; once read, written out. */
  readonly sizes: readonly ModelSize[];
  readonly seeds: readonly number[];
  readonly training: SweepTraining;
  readonly data: RecallData | LanguageData;
}

export interface SweepSpec {
  readonly name: string;
  readonly grids: readonly SweepGrid[];
}

/**
 * Reads and completes a specification.
 *
 * @param json parsed JSON: `{ name, grids: [{ task, mixers, ratios, sizes, seeds, training, data }] }`.
 * @param known what it may name.
 * @param where what is read, for messages.
 * @throws OptionError naming the field, its value and what it may hold.
 */
export function readSweepSpec(json: unknown, known: Known, where = 'sweep'): SweepSpec {
  const spec = object(json, where);
  knownOnly(where, spec, ['name', 'grids']);
  const { name } = readFields({ name: { type: 'string', default: 'sweep' } }, spec, where);
  checkName(name, where);
  const grids = list(spec.grids, `${where}: grids`, 'grids').map((grid, i) =>
    readGrid(object(grid, `${where}: grids[${i}]`), known, `${where}: grids[${i}]`),
  );
  return { name, grids };
}

const gridKeys = ['name', 'task', 'mixers', 'ratios', 'sizes', 'seeds', 'training', 'data'];

function readGrid(grid: Json, known: Known, where: string): SweepGrid {
  knownOnly(where, grid, gridKeys);
  const { task } = readFields({ task: { type: 'string', oneOf: ['recall', 'language'] } }, grid, where);
  const { name } = readFields({ name: { type: 'string', default: task } }, grid, where);
  checkName(name, where);
  const training = object(grid.training ?? {}, `${where}.training`);
  knownOnly(`${where}.training`, training, Object.keys(sweepTraining));
  const data = object(grid.data ?? {}, `${where}.data`);
  knownOnly(`${where}.data`, data, Object.keys(sweepData[task]));
  const sizes = readFields(sweepData[task], data, `${where}.data`);
  const settings = readTraining(training, `${where}.training`);
  checkStep(sizes, settings, where);
  return {
    name,
    task,
    mixers: distinct(grid.mixers, `${where}: mixers`, 'mixers', (mixer) => nameOf(mixer, known, `${where}: mixers`)),
    ratios: distinct(grid.ratios ?? ['pure'], `${where}: ratios`, 'ratios', (ratio) => ratioOf(ratio, where)),
    sizes: distinct(grid.sizes ?? [sizeOf(task)], `${where}: sizes`, 'sizes', (size, i) =>
      readSize(size, known, `${where}.sizes[${i}]`),
    ),
    seeds: distinct(grid.seeds ?? [0], `${where}: seeds`, 'seeds', (seed) => readSeed(seed, where)),
    training: settings,
    data: sizes,
  };
}

const sizeOf = (task: SweepTask): string => task;

/** Of what becomes part of a file's name. */
function checkName(name: string, where: string): void {
  if (/^[a-z0-9][\w.-]{0,40}$/i.test(name)) return;
  throw new OptionError(
    `${where}: name is ${shown(name)}, of which no file is named; use letters, digits, _, . and -.`,
  );
}

function readTraining(json: Json, where: string): SweepTraining {
  const chosen = readFields(sweepTraining, json, where);
  const warmup = chosen.warmup ?? defaultWarmup(chosen.steps);
  if (warmup > chosen.steps) {
    throw new OptionError(
      `${where}: warmup is ${warmup} but the run has ${chosen.steps} steps; give at most ${chosen.steps}.`,
    );
  }
  return { ...chosen, warmup };
}

/** What every cell of a grid would refuse. */
function checkStep({ batch, length }: LanguageData, { microBatches }: SweepTraining, where: string): void {
  if (batch % microBatches !== 0) {
    throw new OptionError(
      `${where}: microBatches is ${microBatches}, which does not divide a batch of ${batch}; choose a divisor of it.`,
    );
  }
  if (batch * length > MOST_TOKENS) {
    throw new OptionError(
      `${where}: a batch of ${batch} rows of ${length} makes ${batch * length} tokens a step, above the limit of ${MOST_TOKENS}; lower one of them.`,
    );
  }
}

function nameOf(value: unknown, known: Known, where: string): string {
  const family = known.mixers.find(({ name, model_type }) => value === name || value === model_type);
  if (family) return family.name;
  const names = known.mixers.map(({ name }) => name).join(', ');
  throw new OptionError(`${where}: ${shown(value)} is no mixer of this version; choose among ${names}.`);
}

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

/** A name, or a size written out. */
function readSize(value: unknown, known: Known, where: string): ModelSize {
  if (typeof value === 'string') {
    const found = known.sizes.find(({ name }) => name === value);
    if (found) return found;
    const names = known.sizes.map(({ name }) => name).join(', ');
    throw new OptionError(`${where}: there is no size ${shown(value)}; choose among ${names}, or write one out.`);
  }
  const size = object(value, where);
  knownOnly(where, size, ['name', 'model', 'attn', 'mixers']);
  const { name } = readFields({ name: { type: 'string' } }, size, where);
  if (!/^[a-z0-9][\w.]{0,20}$/i.test(name)) {
    throw new OptionError(
      `${where}: name is ${shown(name)}, of which no directory is named; use at most 21 letters, digits, _ and .`,
    );
  }
  const model = object(size.model ?? {}, `${where}.model`);
  const strange = Object.keys(model).find(
    (key) => known.mixers.some(({ fields }) => Object.hasOwn(fields, key)) && !Object.hasOwn(modelFields, key),
  );
  if (strange !== undefined) {
    throw new OptionError(
      `${where}.model: ${strange} is a field of mixers; give it for each of them, as in "mixers": {"gla": {"${strange}": ...}}, and in "attn".`,
    );
  }
  knownOnly(`${where}.model`, model, Object.keys(modelFields));
  const own = object(size.mixers ?? {}, `${where}.mixers`);
  for (const [mixer, fields] of Object.entries(own)) {
    const family = known.mixers.find((f) => f.name === nameOf(mixer, known, `${where}.mixers`)) as MixerFamily;
    const names = [...Object.keys(family.fields), ...Object.keys(modelFields)];
    knownOnly(`${where}.mixers.${mixer}`, object(fields, `${where}.mixers.${mixer}`), names);
  }
  const attn = object(size.attn ?? {}, `${where}.attn`);
  const softmax = known.mixers.filter(({ role }) => role === 'softmax').flatMap(({ fields }) => Object.keys(fields));
  knownOnly(`${where}.attn`, attn, softmax);
  const named = Object.entries(own).map(([mixer, fields]) => [nameOf(mixer, known, where), fields as Json] as const);
  // The Transformer is the full layer everywhere: its fields are those of `attn` until it has its own.
  const full = known.mixers.filter(({ role }) => role === 'softmax').map((family) => [family.name, attn] as const);
  const missing = full.filter(([mixer]) => Object.keys(attn).length > 0 && !named.some(([name]) => name === mixer));
  return { name, model, attn, mixers: Object.fromEntries([...named, ...missing]) };
}

function object(value: unknown, where: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new OptionError(`${where} is ${found(value)} where an object is needed; correct it.`);
}

function list(value: unknown, where: string, what: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw new OptionError(`${where} is ${found(value)} where a list with one or more ${what} is needed; correct it.`);
}

/** A list of one or more, none of them twice. */
function distinct<T>(value: unknown, where: string, what: string, read: (item: unknown, i: number) => T): T[] {
  const items = list(value, where, what).map(read);
  const keys = items.map((item) => (typeof item === 'object' ? (item as { name: string }).name : String(item)));
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice === undefined) return items;
  throw new OptionError(`${where} names ${shown(twice)} twice; leave one out.`);
}

const found = (value: unknown): string => (value === undefined ? 'missing' : shown(value));
