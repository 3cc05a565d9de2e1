// Reads results.json of sweep directories, and refuses what is not one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { readText } from '@twilljs/hub/node';
import { FileError, isTwillError } from '@twilljs/tensor';
import {
  RESULTS_VERSION,
  readSweepSpec,
  STATE_CONTEXTS,
  type SweepCellResult,
  type SweepResults,
} from '@twilljs/train';
import { mixers } from 'twilljs';

export interface LoadedSweep {
  readonly directory: string;
  readonly results: SweepResults;
  /** Hash of the text of its language models, where `sweep.json` is still beside the results. */
  readonly corpus: string | null;
}

/** @throws FileError naming the file, the field and what is wrong with it. */
export function loadSweep(directory: string): LoadedSweep {
  const path = join(directory, 'results.json');
  if (!existsSync(path) && existsSync(join(directory, 'sweep.json'))) {
    throw new FileError(`${directory}: the sweep has not come to its end; run it again, it goes on from where it was.`);
  }
  if (!existsSync(path) && existsSync(directory)) {
    throw new FileError(`${directory}: holds no results.json; name a directory that twill sweep has made.`);
  }
  const json = parseJsonObject(readText(path), path);
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
  const results: SweepResults = { version: RESULTS_VERSION, spec: specOf(json, path), cells: cells as never };
  return { directory, results, corpus: corpusOf(directory) };
}

function corpusOf(directory: string): string | null {
  const path = join(directory, 'sweep.json');
  if (!existsSync(path)) return null;
  const { corpus } = parseJsonObject(readText(path), path);
  const { sha256 } = (corpus ?? {}) as JsonObject;
  return typeof sha256 === 'string' ? sha256 : null;
}

function specOf(json: JsonObject, path: string): SweepResults['spec'] {
  try {
    return readSweepSpec(json.spec, mixers, 'spec');
  } catch (error) {
    if (isTwillError(error)) throw new FileError(`${path}: ${error.message}`);
    throw error;
  }
}

type Rule = readonly [what: string, holds: (value: unknown) => boolean];

const text: Rule = ['a text', (v) => typeof v === 'string' && v !== ''];
const count: Rule = ['a number from 0', (v) => typeof v === 'number' && v >= 0];
const share: Rule = ['accuracies from 0 to 1 by numbers of pairs', isAccuracy];
const maybe = ([what, holds]: Rule): Rule => [what, (v) => v === undefined || holds(v)];

const rules: { readonly [K in keyof SweepCellResult]?: Rule } = {
  name: text,
  task: ['recall or language', (v) => v === 'recall' || v === 'language'],
  mixer: text,
  ratio: ['"pure" or a whole number as a text', (v) => typeof v === 'string' && /^(pure|\d+)$/.test(v)],
  layers: count,
  seed: count,
  title: text,
  directory: text,
  parameters: count,
  nonEmbeddingParameters: count,
  flopsPerToken: count,
  stateBytes: [
    `bytes at ${STATE_CONTEXTS.join(', ')} tokens`,
    (v) => STATE_CONTEXTS.every((tokens) => count[1]((v as JsonObject | null)?.[tokens])),
  ],
  losses: ['a list of [step, loss]', isCurve],
  recall: maybe(share),
  bitsPerByte: maybe(count),
  bitsByPosition: maybe(['a list of from, to and bitsPerByte', isByPosition]),
  copyGain: maybe(['a number, or null', (v) => v === null || typeof v === 'number']),
  failed: maybe(text),
};

function checkCell(cell: unknown, path: string, where: string): void {
  if (typeof cell !== 'object' || cell === null) throw wrong(path, where, cell, 'an object');
  const values = cell as JsonObject;
  for (const [field, [what, holds]] of Object.entries(rules)) {
    if (!holds(values[field])) throw wrong(path, `${where}.${field}`, values[field], what);
  }
  const measure = values.task === 'recall' ? 'recall' : 'bitsPerByte';
  if (values[measure] === undefined && values.failed === undefined) {
    throw new FileError(`${path}: ${where} has neither ${measure} nor failed; run the sweep again.`);
  }
}

function isCurve(value: unknown): boolean {
  const isPoint = (p: unknown) => Array.isArray(p) && p.length === 2 && p.every(Number.isFinite);
  return Array.isArray(value) && value.every(isPoint);
}

function isByPosition(value: unknown): boolean {
  const isPart = (part: JsonObject) => [part?.from, part?.to, part?.bitsPerByte].every(count[1]);
  return Array.isArray(value) && value.length > 0 && value.every(isPart);
}

function isAccuracy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([d, a]) => /^\d+$/.test(d) && a >= 0 && a <= 1);
}

function wrong(path: string, field: string, value: unknown, needed: string): FileError {
  const found = (JSON.stringify(value) ?? 'missing').slice(0, 60);
  return new FileError(`${path}: ${field} is ${found} where ${needed} is needed; run the sweep again.`);
}
