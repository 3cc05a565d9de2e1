// The specification of a sweep from wherever it stands: a value, a file, or the sweep.json of another sweep; and what its names mean.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseJsonObject } from '@twilljs/hub';
import { readText } from '@twilljs/hub/node';
import { knownOnly, OptionError } from '@twilljs/tensor';
import { type Json, letters } from './checks.ts';
import type { Known } from './known.ts';
import { isModulePath, knownWith, loadModule, type ModuleKind } from './modules.ts';
import { readSweepRecord, SWEEP_FILE, type SweepRecord, sweepRecordOf } from './record.ts';
import { RESULTS_FILE } from './results.ts';
import { readSweepSpec, type SweepSpec } from './spec.ts';

/** What is compared. */
export interface OpenedSpec {
  readonly spec: SweepSpec;
  /** What was handed in, and what modules of the specification add. */
  readonly known: Known;
  /** Of the sweep that goes on, or that is repeated because its sweep.json is the specification; null for a new one. */
  readonly record: SweepRecord | null;
}

/** From where a specification is read. */
export interface OpenSpecOptions {
  /** Of the sweep. Where it goes on, what the specification leaves out of its training is what it was. */
  readonly directory?: string;
  /** Added to every seed. Default 0. */
  readonly seed?: number;
}

/**
 * @param source a specification; or the path of one in JSON, or of the sweep.json of a sweep.
 * @throws OptionError for what is wrong with it; FileError when a file or a module cannot be read.
 */
export async function openSpec(
  source: string | object,
  known: Known,
  options: OpenSpecOptions = {},
): Promise<OpenedSpec> {
  knownOnly('openSpec', options, ['directory', 'seed']);
  const { directory, seed = 0 } = options;
  const [where, from] = typeof source === 'string' ? [source, dirname(source)] : ['sweep', '.'];
  const before = directory === undefined ? null : readSweepRecord(directory, await knownIn(directory, known));
  const json = typeof source === 'string' ? parseJsonObject(readText(source), source) : (source as Json);
  if ('spec' in json) {
    const all = await knownWith(known, modulesIn(json));
    const record = sweepRecordOf(json as never, all, where);
    return { spec: reseeded(record.spec, seed), known: all, record: before ?? record };
  }
  const named = await withNames(json, known, from);
  const spec = readSweepSpec(completed(named.json, before), named.known, where);
  return { spec: reseeded(spec, seed), known: named.known, record: before };
}

/**
 * What the names in the files of a sweep mean: `known`, and its modules.
 *
 * @throws FileError when a module is not where it was.
 */
export async function knownIn(directory: string, known: Known): Promise<Known> {
  const path = [SWEEP_FILE, RESULTS_FILE].map((name) => join(directory, name)).find((one) => existsSync(one));
  return path === undefined ? known : knownWith(known, modulesIn(parseJsonObject(readText(path), path)));
}

/** Of a record or of results; what else is wrong with them, their readers say. */
function modulesIn({ spec }: Json): string[] {
  const { modules } = Object(spec) as { modules?: unknown };
  return Array.isArray(modules) ? modules.filter((path) => typeof path === 'string') : [];
}

/** Loads the modules whose paths stand in the place of names, and puts their names there. */
async function withNames(json: Json, known: Known, from: string): Promise<{ json: Json; known: Known }> {
  const paths = new Set<string>(modulesIn({ spec: json }).map((path) => resolve(from, path)));
  const nameOf = async (kind: ModuleKind, name: unknown): Promise<unknown> => {
    if (!isModulePath(name)) return name;
    const { path, kind: found, value } = await loadModule(resolve(from, name));
    if (found !== kind) {
      throw new OptionError(`${path}: exports a ${found} where a ${kind} is needed; name another module.`, { path });
    }
    paths.add(path);
    return value.name;
  };
  const namesOf = async (kind: ModuleKind, list: unknown) =>
    Array.isArray(list) ? Promise.all(list.map((name) => nameOf(kind, name))) : list;
  const gridOf = async (grid: unknown) => {
    if (!isObject(grid)) return grid;
    const { task, mixers, measures, ...rest } = grid;
    return {
      ...rest,
      task: await nameOf('task', task),
      mixers: await namesOf('mixer', mixers),
      ...(measures !== undefined && { measures: await namesOf('measure', measures) }),
    };
  };
  const { grids } = json;
  const read = Array.isArray(grids) ? await Promise.all(grids.map(gridOf)) : grids;
  const modules = [...paths];
  return {
    json: { ...json, grids: read, ...(modules.length > 0 && { modules }) },
    known: await knownWith(known, modules),
  };
}

function reseeded(spec: SweepSpec, seed: number): SweepSpec {
  return { ...spec, grids: spec.grids.map((grid) => ({ ...grid, seeds: grid.seeds.map((own) => own + seed) })) };
}

/** A specification whose training is that of the sweep, where it says nothing else: defaults may have changed since. */
function completed(json: Json, before: SweepRecord | null): Json {
  const { grids } = json;
  if (!before || !Array.isArray(grids)) return json;
  return {
    ...json,
    grids: grids.map((grid, i) => {
      const was = Object.entries(before.spec.grids[i]?.training ?? {});
      if (!isObject(grid) || !isObject(grid.training)) return grid;
      const axes = Object.keys(Object(grid.over)).map(letters);
      const common = Object.fromEntries(was.filter(([name]) => !axes.includes(letters(name))));
      return { ...grid, training: { ...common, ...grid.training } };
    }),
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
