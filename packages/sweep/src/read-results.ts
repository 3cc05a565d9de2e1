// Reads results.json of a sweep, and refuses what is not one.
import { type ComparedMeasure, compared, fitsMeasure, INFINITE, STATE_CONTEXTS } from '@twilljs/eval';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { FileError, isTwillError } from '@twilljs/tensor';
import type { Asked, Known } from './known.ts';
import { cellDirectory } from './names.ts';
import { type CellPlace, cellPlaces } from './plan.ts';
import { type CellFacts, RESULTS_VERSION, type SweepCellResult, type SweepResults } from './results.ts';
import { readSweepSpec } from './spec.ts';

type Rule = readonly [what: string, holds: (value: unknown) => boolean];

const text: Rule = ['a text', (v) => typeof v === 'string' && v !== ''];
const amount: Rule = ['a number from 0', (v) => Number.isFinite(v) && (v as number) >= 0];
const count: Rule = ['a whole number from 0', (v) => Number.isSafeInteger(v) && (v as number) >= 0];
const maybe = ([what, holds]: Rule): Rule => [what, (v) => v === undefined || holds(v)];

/** Of what does not follow from the cell's place in the specification. */
const rules: { readonly [K in Exclude<keyof CellFacts, keyof Placed>]-?: Rule } = {
  layers: count,
  parameters: ['a whole number above 0', isSize],
  nonEmbeddingParameters: count,
  flopsPerToken: amount,
  stateBytes: [
    `bytes at ${STATE_CONTEXTS.join(', ')} tokens`,
    (v) => STATE_CONTEXTS.every((tokens) => isSize((v as JsonObject | null)?.[tokens])),
  ],
  losses: ['a list of [step, loss]', isCurve],
  skipped: maybe(count),
  failed: maybe(text),
};

/** What follows from it. */
type Placed = Pick<CellFacts, 'name' | 'task' | 'mixer' | 'ratio' | 'seed' | 'settings' | 'title' | 'directory'>;

/** That of a cell's result. */
function placedOf({ name, grid, family, ratio, seed, settings, title }: CellPlace): Placed {
  const own = Object.keys(settings).length > 0 && { settings };
  return { name, task: grid.task, mixer: family.name, ratio, seed, ...own, title, directory: cellDirectory(name) };
}

/** Whether values of measures are as results.json may hold them, and that by which the models are judged is there. */
export function isMeasured({ measures }: Asked, values: JsonObject): boolean {
  const all = compared(measures);
  return (values[all[0].name] ?? null) !== null && all.every((one) => fitsMeasure(one, values[one.name]));
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
  const spec = inFile(path, () => readSweepSpec(json.spec, known, 'spec'));
  const wanted = new Map(inFile(path, () => cellPlaces(spec, known)).map((place) => [place.name, place]));
  const asked = new Map<string, string>();
  for (const [i, cell] of cells.entries()) {
    const { name } = Object(cell) as { name?: unknown };
    if (!text[1](name)) throw wrong(path, `cells[${i}].name`, name, text[0]);
    const place = wanted.get(name as string);
    if (!place) {
      throw new FileError(
        `${path}: cell ${name} belongs to none of its grids, or is there twice; run the sweep again.`,
      );
    }
    checkCell(cell as JsonObject, place, path, `cells[${i}]`);
    checkAsked(cell as JsonObject, place, asked, path);
    wanted.delete(place.name);
  }
  const [missing] = wanted.keys();
  if (missing !== undefined) {
    throw new FileError(`${path}: has no cell ${missing}, which its specification asks for; run the sweep again.`);
  }
  return { version: RESULTS_VERSION, spec, cells: cells as unknown as SweepCellResult[] };
}

function inFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isTwillError(error)) throw new FileError(`${path}: ${error.message}`);
    throw error;
  }
}

function checkCell(cell: JsonObject, place: CellPlace, path: string, where: string): void {
  const at = (field: string): unknown => (Object.hasOwn(cell, field) ? cell[field] : undefined);
  for (const [field, wanted] of Object.entries(placedOf(place))) {
    const [value, needed] = [at(field), JSON.stringify(wanted)];
    if (JSON.stringify(value) !== needed) throw wrong(path, `${field} of cell ${place.name}`, value, needed);
  }
  for (const [field, [what, holds]] of Object.entries(rules)) {
    if (!holds(at(field))) throw wrong(path, `${where}.${field}`, at(field), what);
  }
  const measures = compared(place.asked.measures);
  for (const one of measures) {
    const value = at(one.name);
    if (value !== undefined && !fitsMeasure(one, value)) throw wrong(path, `${where}.${one.name}`, value, whatOf(one));
    if (one.kind === 'byLayer' && Array.isArray(value) && value.length !== at('layers')) {
      throw wrong(path, `${where}.${one.name}`, value, `a value for each of ${at('layers')} layers`);
    }
  }
  if ((at(measures[0].name) ?? null) === null && at('failed') === undefined) {
    throw new FileError(`${path}: ${where} has neither ${measures[0].name} nor failed; run the sweep again.`);
  }
}

/** Cells that were asked the same are measured at the same difficulties. */
function checkAsked(
  cell: JsonObject,
  { name, grid, data, asked }: CellPlace,
  all: Map<string, string>,
  path: string,
): void {
  for (const { name: measure, kind } of compared(asked.measures)) {
    const value = cell[measure];
    if (kind !== 'byDifficulty' || value === undefined || value === null) continue;
    const { unit } = asked.family.axis;
    const [key, at] = [JSON.stringify([grid.name, data, measure]), Object.keys(value).join(', ')];
    const others = all.get(key) ?? at;
    if (at !== others) {
      throw new FileError(
        `${path}: cell ${name} was asked for ${at} ${unit}, the others of its grid for ${others}; run the sweep again.`,
      );
    }
    all.set(key, at);
  }
}

/** What a measure may hold, in words. */
function whatOf({ kind, name, item = name, range }: ComparedMeasure): string {
  const number = range ? `a number from ${range[0]}${Number.isFinite(range[1]) ? ` to ${range[1]}` : ''}` : 'a number';
  if (kind === 'number') return `${number}, or null`;
  if (kind === 'byLayer') return `a list of layer, mixer, role and value (${number}, "${INFINITE}" or null), or null,`;
  return kind === 'byDifficulty' ? `${number} for each difficulty` : `a list of from, to and ${item}`;
}

function isSize(value: unknown): boolean {
  return count[1](value) && value !== 0;
}

function isCurve(value: unknown): boolean {
  const isPoint = (p: unknown) => Array.isArray(p) && p.length === 2 && p.every(Number.isFinite);
  return Array.isArray(value) && value.every(isPoint);
}

function wrong(path: string, field: string, value: unknown, needed: string): FileError {
  const found = (JSON.stringify(value) ?? 'missing').slice(0, 60);
  return new FileError(`${path}: ${field} is ${found} where ${needed} is needed; run the sweep again.`);
}
