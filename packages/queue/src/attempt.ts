// The runs of cells while workers train them: each in a directory of its own, which whoever takes the cell over renames, so that
// who was thought dead finds nothing to write into. When a cell has ended its run becomes `cells/<name>`, once.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, flushDirectory, listDirectory, makeDirectory } from '@twilljs/hub/node';
import { cellDirectory } from '@twilljs/sweep/node';

/** Beside `cells/`, in the directory of the sweep. */
const WORK = 'work';

/** What a run writes its checkpoints into, and their names. */
const [CHECKPOINTS, COMPLETE] = ['checkpoints', /^step-(\d+)$/];

const workOf = (home: string, cell: string): string => join(home, WORK, cell);

/** Steps of the newest checkpoint of a run; -1 where there is none. */
function reached(run: string): number {
  const path = join(run, CHECKPOINTS);
  if (!existsSync(path)) return -1;
  return Math.max(-1, ...listDirectory(path).map((name) => Number(COMPLETE.exec(name)?.[1] ?? -1)));
}

/**
 * The directory in which this worker trains a cell: what another one left of it, or a new one.
 *
 * @param home directory of the sweep.
 * @param id of this attempt, and of no other.
 */
export function takeRun(home: string, cell: string, id: string): string {
  const work = workOf(home, cell);
  makeDirectory(work);
  const own = join(work, id);
  const published = join(home, cellDirectory(cell));
  const left = [published, ...listDirectory(work).map((name) => join(work, name))]
    .filter((path) => existsSync(join(path, 'run.json')))
    .map((path) => ({ path, step: reached(path) }))
    .sort((a, b) => b.step - a.step);
  for (const { path } of left) {
    if (existsSync(own)) rmSync(path, { recursive: true, force: true });
    else if (rename(path, own)) rmSync(join(own, '.lock'), { force: true }); // its holder has lost the cell
  }
  return own;
}

/** @returns false where somebody else was faster. */
function rename(from: string, to: string): boolean {
  return attempt(from, () => {
    try {
      renameSync(from, to);
      return true;
    } catch (error) {
      if (['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
  });
}

/**
 * Makes a run that has ended that of its cell, unless the cell has one that `counts`: then this one is removed.
 *
 * @param counts whether a run is a whole result.
 */
export function publishRun(home: string, cell: string, run: string, counts: (run: string) => boolean): void {
  const published = join(home, cellDirectory(cell));
  makeDirectory(join(home, 'cells'));
  for (let n = 0; !rename(run, published); n++) {
    if (!existsSync(run) || counts(published)) break;
    rename(published, `${run}.before-${n}`);
  }
  flushDirectory(join(home, 'cells'));
  rmSync(workOf(home, cell), { recursive: true, force: true });
}

/** After the sweep: what workers left that were thought dead. */
export function removeWork(home: string): void {
  rmSync(join(home, WORK), { recursive: true, force: true });
}
