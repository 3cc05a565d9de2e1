// Reads the directories of sweeps, for a report.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { readText } from '@twilljs/hub/node';
import { planSweep, readSweepResults, type SweepResults } from '@twilljs/sweep';
import {
  readSweepRecord,
  readUnfinished,
  type SweepOrigin,
  type SweepRecord,
  type UnfinishedCell,
} from '@twilljs/sweep/node';
import { FileError } from '@twilljs/tensor';
import { known } from 'twilljs';
import { isMobyDick } from '../corpus.ts';
import { recordedData } from '../train/resume.ts';

export interface LoadedSweep {
  readonly directory: string;
  readonly results: SweepResults;
  /** Null where `sweep.json` is no longer beside the results. */
  readonly record: SweepRecord | null;
  /** Cells that have no result yet, where the sweep has not come to its end. */
  readonly unfinished: readonly UnfinishedCell[];
  /** On which its cells were trained; none where the runs are gone. */
  readonly machines: readonly Machine[];
}

export interface Machine {
  readonly device: string;
  readonly tier: string | null;
  readonly node: string;
}

/** @throws FileError naming the file, the field and what is wrong with it. */
export function loadSweep(directory: string): LoadedSweep {
  const path = join(directory, 'results.json');
  const record = readSweepRecord(directory, known);
  const { results, unfinished } =
    existsSync(path) || !record ? readFinished(directory, path, record) : readSoFar(directory, record);
  const runs = results.cells
    .map((cell) => join(directory, cell.directory, 'run.json'))
    .filter((run) => existsSync(run));
  const records = runs.map((run) => parseJsonObject(readText(run), run));
  const origin = record?.origin ?? originOf(records, directory);
  return {
    directory,
    results,
    record: record && { ...record, origin },
    machines: records.flatMap(machineOf),
    unfinished,
  };
}

type Found = Pick<LoadedSweep, 'results' | 'unfinished'>;

function readFinished(directory: string, path: string, record: SweepRecord | null): Found {
  if (!existsSync(path) && existsSync(join(directory, 'run.json'))) {
    throw new FileError(`${directory}: holds a run, and reports are drawn of sweeps; see twill eval ${directory}.`);
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
function readSoFar(directory: string, { spec }: SweepRecord): Found {
  return readUnfinished(directory, spec, planSweep(spec, known));
}

function machineOf({ device, tier, node }: JsonObject): Machine[] {
  if (typeof device !== 'string' || typeof node !== 'string') return [];
  return [{ device, tier: typeof tier === 'string' ? tier : null, node }];
}

/** Of a sweep that began before sweep.json told it: what its runs were given. */
function originOf(records: readonly JsonObject[], directory: string): SweepOrigin | null {
  for (const record of records) {
    const { kind, trainBytes, evaluationBytes } = (record.data ?? {}) as JsonObject;
    const patterns = recordedData(record);
    if (kind !== 'text' || patterns.length === 0) continue;
    const bytes = Number(trainBytes) + Number(evaluationBytes);
    if (isMobyDick(patterns)) return { title: 'Moby-Dick', bytes, directory, patterns: null };
    return { title: patterns.join(' '), bytes, directory, patterns };
  }
  return null;
}
