// What the models of a grid are asked, as a few letters: grids with the same digest may be compared.
import { createHash } from 'node:crypto';
import { type Known, readSweepSpec, type SweepGrid } from '@twilljs/sweep';
import type { Profile, ProfileTask } from './profile.ts';

/** SHA-256 over task, sizes, training and data with every default written out; its first 16 digits. Whom a grid asks is no part of it. */
export function digestOf({ task, sizes, training, data, over = {}, section }: SweepGrid): string {
  const text = JSON.stringify({ task, sizes, training, data, over, section });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The tasks of a profile by their digests. */
export function tasksByDigest({ tasks }: Profile, known: Known): Map<string, ProfileTask> {
  const mixers = [known.mixers[0].name];
  const { grids } = readSweepSpec({ grids: tasks.map(({ name, grid }) => ({ ...grid, name, mixers })) }, known);
  return new Map(grids.map((grid, i) => [digestOf(grid), tasks[i]]));
}

/** Whether a grid is a task of one of the profiles. */
export function inProfiles(profiles: readonly Profile[], known: Known): (grid: SweepGrid) => boolean {
  const digests = new Set(profiles.flatMap((profile) => [...tasksByDigest(profile, known).keys()]));
  return (grid) => digests.has(digestOf(grid));
}
