// Reads results.json of a sweep, and refuses what is not one.

import { STATE_CONTEXTS } from '@twilljs/eval';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { FileError, isTwillError } from '@twilljs/tensor';
import type { Known } from './known.ts';
import { cellPlaces, titleOf } from './plan.ts';
import { RESULTS_VERSION, type SweepCellResult, type SweepResults } from './results.ts';
import { readSweepSpec, type SweepGrid } from './spec.ts';

/** What a cell has found. */
export type Measured = Pick<SweepCellResult, 'recall' | 'bitsPerByte' | 'bitsByPosition' | 'copyGain'>;

type Rule = readonly [what: string, holds: (value: unknown) => boolean];

const text: Rule = ['a text', (v) => typeof v === 'string' && v !== ''];
const amount: Rule = ['a number from 0', (v) => Number.isFinite(v) && (v as number) >= 0];
const count: Rule = ['a whole number from 0', (v) => Number.isSafeInteger(v) && (v as number) >= 0];
const maybe = ([what, holds]: Rule): Rule => [what, (v) => v === undefined || holds(v)];

const measures: { readonly [K in keyof Measured]-?: Rule } = {
  recall: maybe(['accuracies from 0 to 1 by numbers of pairs', isAccuracy]),
  bitsPerByte: maybe(amount),
  bitsByPosition: maybe(['a list of from, to and bitsPerByte', isByPosition]),
  copyGain: maybe(['a number, or null', (v) => v === null || Number.isFinite(v)]),
};

const rules: { readonly [K in keyof SweepCellResult]-?: Rule } = {
  name: text,
  task: ['recall or language', (v) => v === 'recall' || v === 'language'],
  mixer: text,
  ratio: ['"pure" or a whole number as a text', (v) => typeof v === 'string' && /^(pure|\d+)$/.test(v)],
  layers: count,
  seed: count,
  title: text,
  directory: text,
  parameters: ['a whole number above 0', isSize],
  nonEmbeddingParameters: count,
  flopsPerToken: amount,
  stateBytes: [
    `bytes at ${STATE_CONTEXTS.join(', ')} tokens`,
    (v) => STATE_CONTEXTS.every((tokens) => isSize((v as JsonObject | null)?.[tokens])),
  ],
  losses: ['a list of [step, loss]', isCurve],
  skipped: maybe(count),
  ...measures,
  failed: maybe(text),
};

/** Whether these are measurements as results.json may hold them, one of them at least. */
export function isMeasured(found: { readonly [K in keyof Measured]: unknown }): found is Measured {
  const holds = (name: string) => measures[name as keyof Measured][1](found[name as keyof Measured]);
  return (found.recall ?? found.bitsPerByte ?? null) !== null && Object.keys(found).every(holds);
}

/**
 * Reads and checks results.json.
 *
 * @param content of the file.
 * @param known what its specification may name.
 * @param path of the file, for messages.
 * @throws FileError naming the field and what is wrong with it.
 */
export function readSweepResults(content: string, known: Known, path: string): SweepResults {
  const json = parseJsonObject(content, path);
  if (json.version !== RESULTS_VERSION) {
    throw new FileError(
      `${path}: version is ${JSON.stringify(json.version) ?? 'missing'} but this program reads ${RESULTS_VERSION}; run the sweep again with this version.`,
    );
  }
  const { cells } = json;
  if (!Array.isArray(cells) || cells.length === 0) throw wrong(path, 'cells', cells, 'a list of one or more cells');
  cells.forEach((cell, i) => {
    checkCell(cell, path, `cells[${i}]`);
  });
  const results = { version: RESULTS_VERSION, spec: specOf(json, known, path), cells: cells as never } as const;
  checkNames(results, known, path);
  return results;
}

function specOf(json: JsonObject, known: Known, path: string): SweepResults['spec'] {
  try {
    return readSweepSpec(json.spec, known, 'spec');
  } catch (error) {
    if (isTwillError(error)) throw new FileError(`${path}: ${error.message}`);
    throw error;
  }
}

function checkCell(cell: unknown, path: string, where: string): void {
  if (typeof cell !== 'object' || cell === null) throw wrong(path, where, cell, 'an object');
  const values = cell as JsonObject;
  for (const [field, [what, holds]] of Object.entries(rules)) {
    const value = Object.hasOwn(values, field) ? values[field] : undefined;
    if (!holds(value)) throw wrong(path, `${where}.${field}`, value, what);
  }
  const measure = values.task === 'recall' ? 'recall' : 'bitsPerByte';
  if (values[measure] === undefined && values.failed === undefined) {
    throw new FileError(`${path}: ${where} has neither ${measure} nor failed; run the sweep again.`);
  }
}

/** Its cells are those of its specification, each once, and those of a grid were asked the same. */
function checkNames({ spec, cells }: SweepResults, known: Known, path: string): void {
  const wanted = new Map(cellPlaces(spec, known).map((place) => [place.name, place]));
  const asked = new Map<SweepGrid, string>();
  for (const { recall, ...cell } of cells) {
    const { name } = cell;
    const place = wanted.get(name);
    if (!place) {
      throw new FileError(
        `${path}: cell ${name} belongs to none of its grids, or is there twice; run the sweep again.`,
      );
    }
    const { grid, family, ratio, seed } = place;
    const named = {
      task: grid.task,
      mixer: family.name,
      ratio,
      seed,
      title: titleOf(place),
      directory: `cells/${name}`,
    };
    for (const field of ['task', 'mixer', 'ratio', 'seed', 'title', 'directory'] as const) {
      if (cell[field] === named[field]) continue;
      throw wrong(path, `${field} of cell ${name}`, cell[field], JSON.stringify(named[field]));
    }
    wanted.delete(name);
    if (recall === undefined) continue;
    const pairs = Object.keys(recall).join(', ');
    const others = asked.get(grid) ?? pairs;
    if (pairs !== others) {
      throw new FileError(
        `${path}: cell ${name} was asked for ${pairs} pairs, the others of its grid for ${others}; run the sweep again.`,
      );
    }
    asked.set(grid, pairs);
  }
  const [missing] = wanted.keys();
  if (missing !== undefined) {
    throw new FileError(`${path}: has no cell ${missing}, which its specification asks for; run the sweep again.`);
  }
}

function isSize(value: unknown): boolean {
  return count[1](value) && value !== 0;
}

function isCurve(value: unknown): boolean {
  const isPoint = (p: unknown) => Array.isArray(p) && p.length === 2 && p.every(Number.isFinite);
  return Array.isArray(value) && value.every(isPoint);
}

function isByPosition(value: unknown): boolean {
  const isPart = (part: JsonObject) => [part?.from, part?.to, part?.bitsPerByte].every(amount[1]);
  return Array.isArray(value) && value.length > 0 && value.every(isPart);
}

function isAccuracy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([d, a]) => /^\d+$/.test(d) && amount[1](a) && a <= 1);
}

function wrong(path: string, field: string, value: unknown, needed: string): FileError {
  const found = (JSON.stringify(value) ?? 'missing').slice(0, 60);
  return new FileError(`${path}: ${field} is ${found} where ${needed} is needed; run the sweep again.`);
}
