// Reads the directories of sweeps, for a report.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { readText } from '@twilljs/hub/node';
import { type Known, planSweep, readSweepResults } from '@twilljs/sweep';
import { knownIn, readSweepRecord, readUnfinished, type SweepRecord, tokenizerOfSweep } from '@twilljs/sweep/node';
import { FileError } from '@twilljs/tensor';
import type { LoadedSweep, Machine } from './loaded.ts';

/** @throws FileError naming the file, the field and what is wrong with it. */
export async function loadSweep(directory: string, handedIn: Known): Promise<LoadedSweep> {
  const known = await knownIn(directory, handedIn);
  const path = join(directory, 'results.json');
  const record = readSweepRecord(directory, known);
  const { results, unfinished } =
    existsSync(path) || !record
      ? readFinished(directory, path, record, known)
      : await readSoFar(directory, record, known);
  const runs = results.cells
    .map((cell) => join(directory, cell.directory, 'run.json'))
    .filter((run) => existsSync(run));
  const machines = runs.flatMap((run) => machineOf(parseJsonObject(readText(run), run)));
  return { directory, known, results, record, machines, unfinished };
}

type Found = Pick<LoadedSweep, 'results' | 'unfinished'>;

function readFinished(directory: string, path: string, record: SweepRecord | null, known: Known): Found {
  if (!existsSync(path) && existsSync(join(directory, 'run.json'))) {
    throw new FileError(`${directory}: holds a run and no sweep; name directories of sweeps.`);
  }
  if (!existsSync(path) && existsSync(directory)) {
    throw new FileError(`${directory}: holds no results.json; name a directory that twill sweep has made.`);
  }
  const results = readSweepResults(readText(path), known, path);
  if (record && JSON.stringify(record.spec) !== JSON.stringify(results.spec)) {
    throw new FileError(`${path}: its specification is not that of sweep.json beside it; run the sweep again.`);
  }
  return { results, unfinished: [] };
}

/** Of a sweep that goes on, was stopped or killed. */
async function readSoFar(directory: string, record: SweepRecord, known: Known): Promise<Found> {
  const tokenizer = await tokenizerOfSweep(directory, record);
  return readUnfinished(directory, record.spec, planSweep(record.spec, known, tokenizer));
}

function machineOf({ device, tier, node }: JsonObject): Machine[] {
  if (typeof device !== 'string' || typeof node !== 'string') return [];
  return [{ device, tier: typeof tier === 'string' ? tier : null, node }];
}
