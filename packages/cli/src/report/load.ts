// Reads the directories of sweeps, for a report.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { readText } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';
import { readSweepResults, type SweepResults } from '@twilljs/train';
import { readSweepRecord, type SweepOrigin, type SweepRecord } from '@twilljs/train/node';
import { mixers } from 'twilljs';
import { isMobyDick } from '../corpus.ts';
import { recordedData } from '../train/resume.ts';

export interface LoadedSweep {
  readonly directory: string;
  readonly results: SweepResults;
  /** Null where `sweep.json` is no longer beside the results. */
  readonly record: SweepRecord | null;
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
  const record = readSweepRecord(directory, mixers);
  if (!existsSync(path) && record) {
    throw new FileError(`${directory}: the sweep has not come to its end; run it again, it goes on from where it was.`);
  }
  if (!existsSync(path) && existsSync(directory)) {
    throw new FileError(`${directory}: holds no results.json; name a directory that twill sweep has made.`);
  }
  const results = readSweepResults(readText(path), mixers, path);
  if (record && JSON.stringify(record.spec) !== JSON.stringify(results.spec)) {
    throw new FileError(`${path}: its specification is not that of sweep.json beside it; run the sweep again.`);
  }
  const runs = results.cells
    .map((cell) => join(directory, cell.directory, 'run.json'))
    .filter((run) => existsSync(run));
  const records = runs.map((run) => parseJsonObject(readText(run), run));
  const origin = record?.origin ?? originOf(records, directory);
  return { directory, results, record: record && { ...record, origin }, machines: records.flatMap(machineOf) };
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
