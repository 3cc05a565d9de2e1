// Reads the directories of sweeps, for a report.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';
import { readSweepResults, type SweepResults } from '@twilljs/train';
import { readSweepRecord, type SweepRecord } from '@twilljs/train/node';
import { mixers } from 'twilljs';

export interface LoadedSweep {
  readonly directory: string;
  readonly results: SweepResults;
  /** Null where `sweep.json` is no longer beside the results. */
  readonly record: SweepRecord | null;
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
  return { directory, results, record };
}
