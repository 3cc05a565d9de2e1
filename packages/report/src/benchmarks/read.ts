// Reads results_*.json and samples_*.jsonl, of twill eval or of the lm-evaluation-harness.
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readRows } from '@twilljs/data/node';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { listDirectory, readText } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';
import { ANOTHER, type FoundGroup, type FoundMetric, type FoundResults, type FoundTask, isOfSize } from './found.ts';
import { samplesOf } from './samples.ts';

/** Where `twill eval` leaves results beside a model. */
export const EVALS = 'evals';

const RESULTS = /^results_(.+)\.json$/;

/** The directory with results that a path stands for: itself, or `evals` in it; null where neither has any. */
export function resultsIn(directory: string): string | null {
  for (const path of [directory, join(directory, EVALS)]) {
    const isThere = existsSync(path) && statSync(path).isDirectory();
    if (isThere && listDirectory(path).some((name) => RESULTS.test(name))) return path;
  }
  return null;
}

/**
 * The results of directories, of every task the newest.
 *
 * @throws FileError for a file that is broken, or is of another form; naming the line.
 */
export async function readResults(directories: readonly string[]): Promise<FoundResults[]> {
  const ends = directories.map((directory) => basename(resolve(directory)));
  const found: FoundResults[] = [];
  for (const [i, directory] of directories.entries()) {
    const at = resultsIn(directory);
    if (at === null) continue;
    const name = ends.filter((end) => end === ends[i]).length > 1 ? directory : ends[i];
    found.push({ name, directory, ...(await tasksIn(at)) });
  }
  return found;
}

async function tasksIn(directory: string): Promise<Omit<FoundResults, 'name' | 'directory'>> {
  const dates = listDirectory(directory).flatMap((name) => RESULTS.exec(name)?.[1] ?? []);
  const tasks = new Map<string, FoundTask>();
  const groups = new Map<string, FoundGroup>();
  const notes: string[] = [];
  const said = new Set<string>();
  for (const date of dates.sort().reverse()) {
    const path = join(directory, `results_${date}.json`);
    const json = parseJsonObject(readText(path), path);
    for (const name of Object.keys(objectIn(json, 'results', path))) {
      const isTask = name in objectIn(json, 'n-samples', path);
      if (tasks.has(name) || !isTask) continue;
      tasks.set(name, await taskIn(json, name, path, join(directory, `samples_${name}_${date}.jsonl`), notes));
    }
    for (const note of Array.isArray(json.notes) ? json.notes : []) said.add(String(note));
    const ofGroups = json.groups === undefined ? {} : objectIn(json, 'groups', path);
    for (const name of Object.keys(ofGroups)) {
      if (!groups.has(name)) groups.set(name, { name, figures: figuresIn(objectIn(ofGroups, name, path)) });
    }
  }
  return { tasks: [...tasks.values()], groups: [...groups.values()], notes, said: [...said] };
}

async function taskIn(
  json: JsonObject,
  name: string,
  path: string,
  samplesPath: string,
  notes: string[],
): Promise<FoundTask> {
  const part = (field: string): JsonObject => objectIn(objectIn(json, field, path), name, path);
  const figures = part('results');
  const { original, effective } = part('n-samples');
  const better = (json.higher_is_better ?? {}) as Record<string, Record<string, unknown> | undefined>;
  const version = (json.versions as JsonObject | undefined)?.[name];
  const shots = (json['n-shot'] as JsonObject | undefined)?.[name];
  if (typeof effective !== 'number' || typeof original !== 'number') {
    throw new FileError(`${path}: n-samples of ${name} has no numbers original and effective; evaluate it again.`, {
      path,
    });
  }
  const samples = existsSync(samplesPath) ? samplesOf(await readRows(samplesPath), effective, samplesPath) : null;
  for (const [key, value] of Object.entries(figures)) {
    const [metric] = key.split(',');
    if (!isFigure(key) || (typeof value === 'number' && !isBelowShares(metric, value)) || value === ANOTHER) continue;
    notes.push(`${metric} of ${name} is ${typeof value === 'number' ? value : 'no number'} in ${path}`);
  }
  const metrics = figuresIn(figures).map(({ metric: key, value, error }): FoundMetric => {
    const [metric, filter = 'none'] = key.split(',');
    const higher = better[name]?.[metric];
    const documents = samples?.documentsOf(metric, filter, value) ?? null;
    if (samples && !documents) notes.push(`${metric} of ${name} is not what ${samplesPath} gives`);
    const places = samples?.placesOf(metric, filter) ?? null;
    return { name: key, value, error, higherIsBetter: typeof higher === 'boolean' ? higher : null, documents, places };
  });
  return {
    name,
    version: typeof version === 'number' ? version : null,
    shots: typeof shots === 'number' ? shots : null,
    ...{ n: effective, original, documents: samples?.identity ?? null, metrics },
  };
}

/** `acc,none` and `acc_stderr,none` as one; what is no number is left out. */
function figuresIn(figures: JsonObject): FoundGroup['figures'] {
  return Object.entries(figures).flatMap(([key, value]) => {
    if (!isFigure(key) || typeof value !== 'number') return [];
    const [metric, filter] = key.split(',');
    if (isBelowShares(metric, value)) return [];
    const error = figures[`${metric}_stderr,${filter}`];
    const name = filter === 'none' ? metric : key;
    return [{ metric: name, value, error: typeof error === 'number' ? error : null }];
  });
}

/** Of a size, what is no share: that there were no documents, or a figure that is wrong. */
const isBelowShares = (metric: string, value: number): boolean => isOfSize(metric) && value < 0;

/** `acc,none`, but not its error. */
const isFigure = (key: string): boolean => /^[^,]+,[^,]/.test(key) && !key.split(',')[0].endsWith('_stderr');

/** @throws FileError where a field is no object. */
function objectIn(json: JsonObject, field: string, path: string): JsonObject {
  const value = json[field];
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new FileError(`${path}: it has no object ${field}, as results of an evaluation have; evaluate it again.`, {
    path,
  });
}
