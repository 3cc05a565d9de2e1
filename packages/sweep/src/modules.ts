// Mixers, tasks, measures and benchmarks of the user's own: modules that export one, by path, wherever a name may stand.
import { existsSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Benchmark, Measure, Suite, TaskFamily } from '@twilljs/eval';
import type { MixerFamily } from '@twilljs/nn';
import { FileError, isTwillError, OptionError, shown } from '@twilljs/tensor';
import type { Json } from './checks.ts';
import type { Known } from './known.ts';
import { remember } from './module-fault.ts';
import { importModule } from './strip-types.ts';

/** What a module exports, and which kind of value it is. */
export type LoadedModule = { readonly path: string } & (
  | { readonly kind: 'mixer'; readonly value: MixerFamily }
  | { readonly kind: 'task'; readonly value: TaskFamily }
  | { readonly kind: 'measure'; readonly value: Measure }
  | { readonly kind: 'figure'; readonly value: Json }
  | { readonly kind: 'benchmark'; readonly value: Benchmark }
  | { readonly kind: 'suite'; readonly value: Suite }
);

/** What a module of your own holds. */
export type ModuleKind = LoadedModule['kind'];

/** Whether what stands in the place of a name is the path of a module. */
export const isModulePath = (name: unknown): name is string =>
  typeof name === 'string' && (/[\\/]/.test(name) || /\.[mc]?[jt]s$/.test(name));

/**
 * Loads the value that a module exports as its default, or as its only one.
 *
 * @param path of the module, `.js`, `.mjs`, `.ts` or `.mts`; from the working directory.
 * @throws FileError when it cannot be loaded, or exports nothing of a known kind; OptionError when its value lacks something.
 */
export async function loadModule(path: string): Promise<LoadedModule> {
  if (!existsSync(path)) throw new FileError(`${path}: does not exist; check the path.`, { path });
  if (!statSync(path).isFile()) throw new FileError(`${path}: is no regular file; name a module on disk.`, { path });
  remember(realpathSync(path)); // as Node calls it in a stack
  const exported = await load(path);
  const found = 'default' in exported ? [exported.default] : Object.values(exported).filter((one) => kindOf(one));
  const [value] = found;
  const kind = kindOf(value);
  if (found.length !== 1 || kind === null) {
    const what =
      found.length > 1
        ? `exports ${found.length} values`
        : 'exports no mixer, task, measure, figure, benchmark or suite';
    throw new FileError(`${path}: ${what}; export one, as its default.`, { path });
  }
  check(value as Json, kind, path);
  return { path: resolve(path), kind, value } as LoadedModule;
}

async function load(path: string): Promise<Json> {
  const url = pathToFileURL(resolve(path)).href;
  try {
    return await importModule(url);
  } catch (error) {
    if (isTwillError(error)) throw error;
    const { name, message } = error instanceof Error ? error : { name: 'it threw', message: String(error) };
    const isMissing = /MODULE_NOT_FOUND$/.test(String((error as NodeJS.ErrnoException)?.code));
    const next = isMissing ? 'install what it imports beside it, or correct the module' : 'correct the module';
    throw new FileError(`${path}: cannot be loaded, ${name}: ${message.split('\n')[0]}; ${next}.`, {
      cause: error,
      path,
    });
  }
}

type Rule = readonly [what: string, holds: (value: unknown) => boolean];

const name: Rule = ['a name of letters, digits, - and _', (v) => typeof v === 'string' && /^[a-z][\w-]*$/i.test(v)];
const text: Rule = ['a text of one line', (v) => typeof v === 'string' && /^\P{Cc}+$/u.test(v)];
const fn: Rule = ['a function', (v) => typeof v === 'function'];
const record: Rule = ['an object', (v) => typeof v === 'object' && v !== null && !Array.isArray(v)];
const words = (...all: string[]): Rule => [all.map((one) => `"${one}"`).join(' or '), (v) => all.includes(v as string)];
const has = (value: unknown, rules: Readonly<Record<string, Rule>>) =>
  record[1](value) && Object.entries(rules).every(([field, [, holds]]) => holds((value as Json)[field]));
const number: Rule = ['a number', Number.isFinite];

const measure = {
  lines: fn,
  name,
  title: text,
  kind: words('told', 'number', 'byDifficulty', 'byPosition', 'byLayer'),
} as const satisfies Readonly<Record<string, Rule>>;

/** Of a measure by which models are compared. */
const comparedMeasure = {
  ...measure,
  better: ['"lower", "higher" or null', (v) => v === null || v === 'lower' || v === 'higher'],
  value: fn,
  range: ['two numbers, or nothing', (v) => v === undefined || (Array.isArray(v) && v.length === 2)],
} as const satisfies Readonly<Record<string, Rule>>;

const isMeasure = (v: unknown) => has(v, (v as Json | null)?.kind === 'told' ? measure : comparedMeasure);

const family = {
  create: fn,
  name,
  title: text,
  model_type: name,
  architecture: name,
  role: words('linear', 'softmax'),
  fields: ['an object of fields, which may be empty', record[1]],
} as const satisfies Readonly<Record<string, Rule>>;

/** What the values of each kind must have. By the first of them a value is known to be one. */
const kinds: Readonly<Record<ModuleKind, Readonly<Record<string, Rule>>>> = {
  mixer: family,
  task: {
    batches: fn,
    name,
    title: text,
    summary: text,
    fields: [
      'an object of fields, length and batch among them',
      (v) => record[1](v) && 'length' in (v as object) && 'batch' in (v as object),
    ],
    measures: [
      'a list of measures, a compared one first,',
      (v) => Array.isArray(v) && has(v[0], comparedMeasure) && v.every(isMeasure),
    ],
    lossUnit: ['an object with the number perNat and a name', (v) => has(v, { perNat: number, name: text })],
    axis: ['an object with a field and a unit', (v) => has(v, { field: text, unit: text })],
    aliases: ['a list of names, or nothing', (v) => v === undefined || (Array.isArray(v) && v.every(name[1]))],
    vocab: fn,
    probe: fn,
    readout: ['a family as a mixer is, or nothing', (v) => v === undefined || has(v, family)],
  },
  measure,
  figure: { draw: fn, name, title: text },
  benchmark: {
    requests: fn,
    name,
    title: text,
    version: number,
    dataset: ['an object with the id of a data set, its splits and its columns', (v) => has(v, dataset)],
    metrics: [
      'a list of metrics, each with a name and an aggregation { name, of, stderr },',
      (v) => Array.isArray(v) && v.length > 0 && v.every((one) => has(one, metric)),
    ],
    kind: words('multiple_choice', 'loglikelihood', 'loglikelihood_rolling', 'generate_until'),
    form: ['an object with the parts of a prompt', (v) => has(v, form)],
    shots: ['an object, or null', (v) => v === null || record[1](v)],
    prepare: fn,
    target: fn,
    score: fn,
  },
  suite: {
    members: ['a list of benchmarks and suites', (v) => Array.isArray(v) && v.length > 0 && v.every(isNamed)],
    name,
    title: text,
    aggregate: ['an object, or null', (v) => v === null || record[1](v)],
  },
};

const dataset = { id: text, splits: record, columns: record } as const satisfies Readonly<Record<string, Rule>>;
const string: Rule = ['a text', (v) => typeof v === 'string'];
const form: Readonly<Record<string, Rule>> = {
  ...{ description: string, targetDelimiter: string, shotDelimiter: string, answerPrefix: string },
};
const aggregation: Readonly<Record<string, Rule>> = {
  ...{ name: text, of: fn, stderr: ['a function, or null', (v) => v === null || fn[1](v)] },
};
const metric: Readonly<Record<string, Rule>> = {
  name: ['a name of letters, digits, - and _', (v) => typeof v === 'string' && /^[\w-]+$/.test(v)], // of sizes only digits
  aggregation: ['an object', (v) => has(v, aggregation)],
};
const isNamed = (v: unknown): boolean => ['benchmark', 'suite'].includes(kindOf(v) ?? '');

function kindOf(value: unknown): ModuleKind | null {
  if (!record[1](value)) return null;
  const isOf = (kind: ModuleKind) => Object.keys(kinds[kind])[0] in (value as object);
  return (Object.keys(kinds) as ModuleKind[]).find(isOf) ?? null;
}

function check(value: Json, kind: ModuleKind, path: string): void {
  const rules = kind === 'measure' && value.kind !== 'told' ? comparedMeasure : kinds[kind];
  for (const [field, [what, holds]] of Object.entries<Rule>(rules)) {
    if (holds(value[field])) continue;
    const found = value[field] === undefined ? `has no ${field}` : `has the ${field} ${shown(value[field])}`;
    throw new OptionError(`${path}: its ${kind} ${found} where ${what} is needed; correct the module.`, { path });
  }
}

/**
 * `known`, and what modules add to it; what they export else, such as figures and benchmarks, is left out.
 *
 * @throws FileError and OptionError as `loadModule`; OptionError when a name is taken.
 */
export async function knownWith(known: Known, modules: readonly string[]): Promise<Known> {
  const loaded = await Promise.all([...new Set(modules.map((path) => resolve(path)))].map(loadModule));
  return loaded.reduce(withModule, known);
}

function withModule(known: Known, { path, kind, value }: LoadedModule): Known {
  if (!(kind in lists)) return known;
  const field = lists[kind as keyof typeof lists];
  const there: readonly object[] = known[field] ?? [];
  if (there.includes(value)) return known;
  const taken = there.flatMap(namesOf).find((name) => namesOf(value).includes(name));
  if (taken === undefined) return { ...known, [field]: [...there, value] };
  throw new OptionError(`${path}: its ${kind} is called ${taken}, as another one is; give it names of its own.`, {
    path,
  });
}

const lists = { mixer: 'mixers', task: 'tasks', measure: 'measures' } as const;

/** All by which a value may be named. */
function namesOf(value: object): string[] {
  const { name, model_type, aliases } = value as { name: string; model_type?: string; aliases?: unknown }; // a mixer's are names of fields
  return [name, ...(model_type === undefined ? [] : [model_type]), ...(Array.isArray(aliases) ? aliases : [])];
}
