// The directory of a sweep, known again: by it a worker knows that it shares it.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory, readText, writeAtomic } from '@twilljs/hub/node';

const FILE = '.queue';

/** The word in a directory that no other one has; it is given one where it has none. */
export function markHome(directory: string): string {
  const before = homeMark(directory);
  if (before !== null) return before;
  makeDirectory(directory);
  const mark = randomUUID();
  writeAtomic(join(directory, FILE), `${mark}\n`);
  return mark;
}

/** @returns null where it has none. */
export function homeMark(directory: string): string | null {
  const path = join(directory, FILE);
  return existsSync(path) ? readText(path).trim() : null;
}
