// The directory of a sweep: sweep.json says what it is, cells/ holds its runs, results.json what they found.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { makeDirectory, readText, writeAtomic } from '@twilljs/hub/node';
import { OptionError } from '@twilljs/tensor';
import { firstDifference } from './difference.ts';
import { readMetrics } from './read-metrics.ts';
import { trainVersion } from './record.ts';
import type { SweepCell } from './sweep-plan.ts';
import {
  LOSS_POINTS,
  type PositionLoss,
  RESULTS_VERSION,
  type SweepCellResult,
  type SweepResults,
  thinned,
} from './sweep-results.ts';
import type { SweepSpec } from './sweep-spec.ts';

const SPEC = 'sweep.json';
const RESULTS = 'results.json';
const FAILED = 'failed.json';
const CELLS = 'cells';

/** Layout of sweep.json. */
const VERSION = 1;

/**
 * Claims a directory for a sweep, or finds the same sweep in it.
 *
 * @param corpus what the language cells read, with a hash; null where there are none.
 * @throws OptionError when it holds another sweep, or files of something else.
 */
export function openSweep(directory: string, spec: SweepSpec, corpus: JsonObject | null): void {
  const path = join(directory, SPEC);
  if (existsSync(path)) {
    const before = parseJsonObject(readText(path), path);
    const now = { spec: JSON.parse(JSON.stringify(spec)), corpus };
    for (const part of ['spec', 'corpus'] as const) {
      const found = firstDifference(before[part], now[part], part);
      if (!found) continue;
      const same = part === 'corpus' ? 'text (--corpus)' : 'specification';
      throw new OptionError(
        `sweep: ${found.path} is ${found.before} in ${path} but ${found.now} was asked for; use the same ${same}, or another directory.`,
      );
    }
    return;
  }
  const strange = readdirSync(directory).filter((name) => !name.startsWith('.'));
  if (strange.length > 0) {
    throw new OptionError(
      `sweep: ${directory} holds ${strange.slice(0, 3).join(', ')} but no ${SPEC}; choose an empty or another directory.`,
    );
  }
  const { node, v8 } = process.versions;
  const record = { version: VERSION, spec, corpus, versions: { '@twilljs/train': trainVersion(), node, v8 } };
  writeAtomic(path, `${JSON.stringify(record, null, 2)}\n`);
}

/** Run directory of a cell, relative to the sweep's. */
export function cellDirectory(name: string): string {
  return `${CELLS}/${name}`;
}

/** Whether a run directory holds a run that came to its end. */
export function isFinished(run: string): boolean {
  const record = join(run, 'run.json');
  if (!existsSync(record) || !existsSync(join(run, 'model.safetensors'))) return false;
  return parseJsonObject(readText(record), record).status === 'finished';
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

/** Reads all cells and writes results.json. */
export function writeResults(
  directory: string,
  spec: SweepSpec,
  cells: readonly SweepCell[],
  failures: ReadonlyMap<string, string>,
): SweepResults {
  const results: SweepResults = {
    version: RESULTS_VERSION,
    spec,
    cells: cells.map((cell) => resultOf(directory, cell, failures.get(cell.name))),
  };
  writeAtomic(join(directory, RESULTS), `${JSON.stringify(results)}\n`);
  return results;
}

function resultOf(directory: string, cell: SweepCell, failed: string | undefined): SweepCellResult {
  const { name, task, mixer, ratio, layers, seed, title } = cell;
  const { parameters, nonEmbeddingParameters, flopsPerToken, stateBytes } = cell;
  const run = cellDirectory(name);
  const { losses, validation } = readMetrics(join(directory, run));
  return {
    ...{ name, task, mixer, ratio, layers, seed, title, directory: run },
    ...{ parameters, nonEmbeddingParameters, flopsPerToken, stateBytes },
    losses: thinned(
      losses.flatMap((loss, i) => (Number.isFinite(loss) ? [[i + 1, loss] as const] : [])),
      LOSS_POINTS,
    ),
    ...(validation && measuredOf(task, validation)),
    ...(failed !== undefined && { failed }),
  };
}

function measuredOf(task: SweepCell['task'], measured: JsonObject): Partial<SweepCellResult> {
  if (task === 'recall') {
    const accuracy = measured.accuracy as unknown as { difficulty: number; mean: number }[];
    return { recall: Object.fromEntries(accuracy.map(({ difficulty, mean }) => [difficulty, mean])) };
  }
  return {
    bitsPerByte: measured.bitsPerByte as number,
    bitsByPosition: measured.bitsByPosition as unknown as PositionLoss[],
    copyGain: (measured.copyGain as { mean: number } | null)?.mean ?? null,
  };
}
