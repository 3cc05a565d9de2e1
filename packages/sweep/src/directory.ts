// The cells of a sweep on disk: cells/ holds a run each, results.json what they found.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type LossUnit, valuesOf } from '@twilljs/eval';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { makeDirectory, readText, writeAtomic } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';
import { type Metrics, type RunStatus, readMetrics, readRunRecord } from '@twilljs/train/node';
import type { Asked } from './known.ts';
import { cellDirectory } from './names.ts';
import type { SweepCell } from './plan.ts';
import { isMeasured } from './read-results.ts';
import {
  LOSS_POINTS,
  RESULTS_FILE,
  RESULTS_VERSION,
  type SweepCellResult,
  type SweepResults,
  thinned,
} from './results.ts';
import type { SweepSpec } from './spec.ts';

const FAILED = 'failed.json';

/** Whether a run came to its end, and its weights are still there. */
export function isFinished(run: string): boolean {
  const path = join(run, 'run.json');
  if (!existsSync(path) || !existsSync(join(run, 'model.safetensors'))) return false;
  return parseJsonObject(readText(path), path).status === 'finished';
}

/** Whether a run has measured, at its end, what its cell is for. */
export function hasResult({ validations }: Metrics, { asked, training }: SweepCell): boolean {
  const last = validations.at(-1);
  return last?.step === training.steps && measuredOf(asked, last.values) !== null;
}

/** Whether the run of a cell has come to its end, with its weights and with what the cell is for. */
export function hasCellResult(run: string, cell: SweepCell): boolean {
  return isFinished(run) && hasResult(readMetrics(run), cell);
}

/** Records why a cell has failed. */
export function writeFailure(run: string, message: string): void {
  makeDirectory(run);
  writeAtomic(join(run, FAILED), `${JSON.stringify({ message }, null, 2)}\n`);
}

/** Before a cell is tried again. */
export function forgetFailure(run: string): void {
  rmSync(join(run, FAILED), { force: true });
}

/** Removes what a run has measured, so that it is measured again: from its checkpoint, or else from the beginning. */
export function forgetMeasurements(run: string): void {
  const path = join(run, 'metrics.jsonl');
  if (!existsSync(path)) return;
  const lines = readText(path).split(/(?<=\n)/);
  writeAtomic(path, lines.filter((line) => !line.includes('"validation"')).join(''));
}

/** Reads all cells and writes results.json. */
export function writeResults(
  directory: string,
  spec: SweepSpec,
  cells: readonly SweepCell[],
  failures: ReadonlyMap<string, string>,
): SweepResults {
  return writeCells(
    directory,
    spec,
    cells.map((cell) => resultOf(directory, cell, failures.get(cell.name))),
  );
}

/** Writes results.json of what is known. */
export function writeCells(directory: string, spec: SweepSpec, cells: readonly SweepCellResult[]): SweepResults {
  const results: SweepResults = { version: RESULTS_VERSION, spec, cells };
  writeAtomic(join(directory, RESULTS_FILE), `${JSON.stringify(results)}\n`);
  return results;
}

/** How far a cell is that has neither a result nor failed. */
export interface UnfinishedCell {
  readonly name: string;
  readonly task: string;
  /** Of its run; null where it has not begun. One that was killed is still called running. */
  readonly status: RunStatus | null;
  readonly step: number;
  readonly steps: number;
  /** Training loss of its last step, nats per label; null where there is none, or it is not finite. */
  readonly loss: number | null;
  readonly lossUnit: LossUnit;
}

/**
 * What the cells of a sweep that has not come to its end have found so far. Nothing is written, and the sweep may go on meanwhile.
 *
 * @param cells `planSweep` of its specification.
 */
export function readUnfinished(
  directory: string,
  spec: SweepSpec,
  cells: readonly SweepCell[],
): { results: SweepResults; unfinished: readonly UnfinishedCell[] } {
  const [ended, unfinished]: [SweepCellResult[], UnfinishedCell[]] = [[], []];
  for (const cell of cells) {
    const run = join(directory, cellDirectory(cell.name));
    const failed = failureOf(run);
    const metrics = readMetrics(run);
    if (failed !== undefined || (isFinished(run) && hasResult(metrics, cell))) {
      ended.push(resultOf(directory, cell, failed));
    } else unfinished.push(unfinishedOf(run, cell, metrics));
  }
  return { results: { version: RESULTS_VERSION, spec, cells: ended }, unfinished };
}

function unfinishedOf(run: string, cell: SweepCell, { step, losses }: Metrics): UnfinishedCell {
  const { name, task, training, lossUnit } = cell;
  const status = existsSync(join(run, 'run.json')) ? readRunRecord(run).status : null;
  const last = losses.at(-1) ?? Number.NaN;
  return { name, task, status, step, steps: training.steps, loss: Number.isFinite(last) ? last : null, lossUnit };
}

/** What `writeFailure` recorded. */
function failureOf(run: string): string | undefined {
  const path = join(run, FAILED);
  if (!existsSync(path)) return undefined;
  const { message } = parseJsonObject(readText(path), path);
  if (typeof message === 'string' && message !== '') return message;
  throw new FileError(
    `${path}: message is ${JSON.stringify(message) ?? 'missing'} where a text is needed; run the sweep again.`,
  );
}

function resultOf(directory: string, cell: SweepCell, failed: string | undefined): SweepCellResult {
  return resultFrom(cell, readMetrics(join(directory, cellDirectory(cell.name))), failed);
}

/** What a cell found, of what is known of its training and of its last measurement. */
export function resultFrom(
  cell: SweepCell,
  { steps, losses, skipped, validation }: Pick<Metrics, 'steps' | 'losses' | 'skipped' | 'validation'>,
  failed: string | undefined,
): SweepCellResult {
  const { name, task, mixer, ratio, layers, seed, settings, title } = cell;
  const { parameters, nonEmbeddingParameters, flopsPerToken, stateBytes } = cell;
  const run = cellDirectory(name);
  return {
    ...{ name, task, mixer, ratio, layers, seed },
    ...(Object.keys(settings).length > 0 && { settings }),
    ...{ title, directory: run, parameters, nonEmbeddingParameters, flopsPerToken, stateBytes },
    losses: thinned(
      losses.flatMap((loss, i) => (Number.isFinite(loss) ? [[steps[i], loss] as const] : [])),
      LOSS_POINTS,
    ),
    ...(skipped.length > 0 && { skipped: skipped.length }),
    ...(validation && measuredOf(cell.asked, validation)),
    ...(failed !== undefined && { failed }),
  };
}

/** Null where it holds not what a cell of the task is for: it is damaged, or the model gives no finite numbers. */
export function measuredOf(asked: Asked, measurement: JsonObject): JsonObject | null {
  const values = valuesOf(asked.measures, measurement);
  return values && isMeasured(asked, values) ? values : null;
}
