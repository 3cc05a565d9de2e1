// What the models of a grid are asked, as a few letters: two grids with the same digest may be compared.
import { createHash } from 'node:crypto';
import { type Known, readSweepSpec, type SweepGrid } from '@twilljs/sweep';
import type { ProfileTask } from './profile.ts';

/** SHA-256 over task, sizes, training and data, all with every default written out; its first 16 digits. */
export function digestOf({ task, sizes, training, data, over = {} }: SweepGrid): string {
  const text = JSON.stringify({ task, sizes, training, data, over });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The tasks of a profile by their digests. */
export function tasksByDigest(tasks: readonly ProfileTask[], known: Known): Map<string, ProfileTask> {
  // Whom they are asked changes no digest.
  const mixers = [known.mixers[0].name];
  const { grids } = readSweepSpec({ grids: tasks.map(({ name, grid }) => ({ ...grid, name, mixers })) }, known);
  return new Map(grids.map((grid, i) => [digestOf(grid), tasks[i]]));
}
