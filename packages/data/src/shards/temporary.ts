// Files that are not there yet: under a name that says whose they are, so that what a killed process leaves can be removed.
import { closeSync, fsyncSync, openSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

let made = 0;

/** The name of a part of a file until all of it is written, which nobody else has. */
export const temporaryFor = (path: string, part: string): string =>
  join(dirname(path), `.${basename(path)}.${part}.${++made}.${process.pid}.tmp`);

/** Removes what processes that are no more have left in a directory. */
export function removeAbandoned(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = Number(/^\..*\.(\d+)\.tmp$/.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isAlive(pid)) rmSync(join(directory, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Makes the new name of a file durable. Windows opens no directories and needs no flush. */
export function flushDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(dirname(path), 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
