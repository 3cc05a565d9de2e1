// A sweep whose models were trained elsewhere: each is measured as a cell at the end of its training is, and results.json says the same.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { measureTask } from '@twilljs/eval';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { makeDirectory, readText, writeAtomic } from '@twilljs/hub/node';
import type { LanguageModel } from '@twilljs/hybrid';
import { isTwillError, knownOnly } from '@twilljs/tensor';
import { lockDirectory } from '@twilljs/train/node';
import { measuredOf, resultFrom, writeCells } from './directory.ts';
import { probeOf } from './job.ts';
import { cellDirectory } from './names.ts';
import type { SweepCell } from './plan.ts';
import { openSweep } from './record.ts';
import type { SweepResults } from './results.ts';
import type { SweepSpec } from './spec.ts';
import { corpusOf, keepTokenizer, originOf, requireText, type SweepText } from './text.ts';

const FILE = 'measured.json';

/** A model that was trained elsewhere. */
export interface TrainedModel {
  /** Another one when its weights are others, so that it is measured again. */
  readonly stamp: string;
  load(): Promise<LanguageModel>;
}

/** Where the results of a sweep go, and where its models come from. */
export interface MeasureSweepOptions {
  /** Created where it is missing. */
  readonly directory: string;
  readonly spec: SweepSpec;
  /** `planSweep` of the specification. */
  readonly cells: readonly SweepCell[];
  /** What models of text are measured on. */
  readonly text: SweepText | null;
  /** What trained them: `flame`. */
  readonly trainedBy: string;
  /** The model of a cell, or why there is none. */
  modelOf(cell: SweepCell): TrainedModel | string;
  /** Told of each cell before it is measured. */
  observe?(cell: SweepCell): void;
  readonly signal?: AbortSignal;
}

/** A sweep that was measured, as far as its models are there. */
export interface MeasuredSweep {
  /** Null when it was stopped. */
  readonly results: SweepResults | null;
  /** Why a cell has no result, by its name. */
  readonly missing: ReadonlyMap<string, string>;
}

const names = {
  ...{ directory: true, spec: true, cells: true, text: true, trainedBy: true, modelOf: true, observe: true },
  signal: true,
} satisfies Record<keyof MeasureSweepOptions, true>;

/**
 * Measures models of a sweep that were trained elsewhere, and writes `results.json`, from which reports are drawn. What has been measured
 * is kept; a cell whose model is not there yet is a failed one until the next call.
 *
 * @throws OptionError when the directory holds another sweep, or one that was measured on other text.
 */
export async function measureSweep(options: MeasureSweepOptions): Promise<MeasuredSweep> {
  knownOnly('measureSweep', options, Object.keys(names));
  const { directory, spec, cells, text, trainedBy, modelOf, observe = () => {}, signal } = options;
  requireText(cells, text);
  makeDirectory(directory);
  using _ = await lockDirectory(directory);
  openSweep(directory, { spec, corpus: text && corpusOf(text), origin: text && originOf(text), trainedBy });
  keepTokenizer(directory, text);
  const missing = new Map<string, string>();
  const found = new Map<string, JsonObject>();
  for (const cell of cells) {
    const model = modelOf(cell);
    if (typeof model === 'string') {
      missing.set(cell.name, model);
      continue;
    }
    const at = join(directory, cellDirectory(cell.name));
    const before = readMeasured(join(at, FILE), model.stamp);
    if (!before) observe(cell);
    const values = before ?? (await measure(cell, model, text, signal));
    if (values === null) return { results: null, missing };
    if (typeof values === 'string') {
      missing.set(cell.name, values);
      continue;
    }
    if (!before) {
      makeDirectory(at);
      writeAtomic(join(at, FILE), `${JSON.stringify({ stamp: model.stamp, values })}\n`);
    }
    if (measuredOf(cell.asked, values)) found.set(cell.name, values);
    else missing.set(cell.name, 'its model gives no finite numbers to compare');
  }
  const results = cells.map((cell) => {
    const validation = found.get(cell.name) ?? null;
    return resultFrom(cell, { steps: [], losses: [], skipped: [], validation }, missing.get(cell.name));
  });
  return { results: writeCells(directory, spec, results), missing };
}

/** @returns null where nothing is known of these weights. */
function readMeasured(path: string, stamp: string): JsonObject | null {
  if (!existsSync(path)) return null;
  const { stamp: of, values } = parseJsonObject(readText(path), path);
  return of === stamp && typeof values === 'object' ? (values as JsonObject) : null;
}

/** @returns why it could not be, in words; null where it was stopped. */
async function measure(
  { asked, data }: SweepCell,
  trained: TrainedModel,
  text: SweepText | null,
  signal: AbortSignal | undefined,
): Promise<JsonObject | string | null> {
  const { family, measures } = asked;
  const probe = probeOf(family, data, family.readsText && text ? text.corpus : null);
  try {
    using model = await trained.load();
    return await measureTask(model, family, probe, { measures, onPart: () => signal?.throwIfAborted() });
  } catch (error) {
    if (signal?.aborted) return null;
    if (isTwillError(error)) return error.message;
    throw error;
  }
}
