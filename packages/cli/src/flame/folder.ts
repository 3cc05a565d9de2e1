// Folders of jobs on disk.
import { dirname, join } from 'node:path';
import { makeDirectory, writeAtomic } from '@twilljs/hub/node';

/** In the folder of a sweep: its specification, as its jobs have it. */
export const SWEEP = 'flame.json';

/** @param files texts by path. */
export function writeFolder(directory: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    const at = join(directory, path);
    makeDirectory(dirname(at));
    writeAtomic(at, text);
  }
}
