// Reads the directories of runs, to set them beside each other.
import { basename, resolve } from 'node:path';
import { compared, countsOf, type ModelCounts, measuresOf, taskNamed } from '@twilljs/eval';
import { hybrid } from '@twilljs/hybrid';
import { shapesOnly } from '@twilljs/nn';
import { furtherMeasures, type Known } from '@twilljs/sweep';
import { knownWith } from '@twilljs/sweep/node';
import { FileError, isTwillError } from '@twilljs/tensor';
import { type RunRecord, readMetrics, readRunRecord } from '@twilljs/train/node';
import type { ComparedRun } from './compared.ts';

/**
 * @param known what their tasks and mixers may be, beside those of their own modules.
 * @throws FileError for a directory without a run; OptionError for a task that is not known.
 */
export async function readRuns(directories: readonly string[], known: Known): Promise<ComparedRun[]> {
  requireDistinct(directories);
  const ends = directories.map((directory) => basename(resolve(directory)));
  const runs: ComparedRun[] = [];
  for (const [i, directory] of directories.entries()) {
    const name = ends.filter((end) => end === ends[i]).length > 1 ? directory : ends[i];
    runs.push(await readRun(directory, name, known));
  }
  return runs;
}

/** @throws FileError when a directory is there twice. */
export function requireDistinct(directories: readonly string[]): void {
  const whole = directories.map((one) => resolve(one));
  const twice = directories.find((_, i) => whole.indexOf(whole[i]) !== i);
  if (twice !== undefined) throw new FileError(`${twice}: is given twice; give it once.`);
}

async function readRun(directory: string, name: string, known: Known): Promise<ComparedRun> {
  const record = readRunRecord(directory);
  const all = await knownWith(known, record.origin.modules);
  const task = taskNamed(all.tasks, record.data.kind, `${directory}: data.kind`);
  const further = furtherMeasures(all, known, record.origin.measures, `${directory}: origin.measures`);
  const measures = compared(measuresOf(task, further));
  return { name, directory, record, metrics: readMetrics(directory), task, measures, counts: countsIn(record, all) };
}

/** Null for a mixer that is not at hand. */
function countsIn({ model, data }: RunRecord, { mixers }: Known): ModelCounts | null {
  try {
    return countsOf(hybrid(model as never, { mixers, init: shapesOnly() }), Number(data.length));
  } catch (error) {
    if (isTwillError(error)) return null;
    throw error;
  }
}
