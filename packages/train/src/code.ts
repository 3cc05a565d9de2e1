// The modules of the user's own that a run was made with, as they were then. What they import in turn is not looked at.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

/** A module of your own by its path and hash. */
export interface Code {
  /** Of the module, whole. */
  readonly path: string;
  /** Of what stands in it. */
  readonly sha256: string;
}

/** Modules as they are now; one that is not there any more is left out. */
export function codeOf(paths: readonly string[]): Code[] {
  return paths
    .filter((path) => existsSync(path))
    .map((path) => ({ path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') }));
}

/** Paths of modules that are not what they were. */
export function changedSince(before: readonly Code[]): string[] {
  const now = new Map(codeOf(before.map(({ path }) => path)).map(({ path, sha256 }) => [path, sha256]));
  return before.filter(({ path, sha256 }) => now.has(path) && now.get(path) !== sha256).map(({ path }) => path);
}
