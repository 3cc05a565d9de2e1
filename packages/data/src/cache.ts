// Twill's own cache: what can be made again, such as texts as tokens. Whoever needs the space may remove it.
import { mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** `TWILL_CACHE`, else `twill` in `XDG_CACHE_HOME`, else in `.cache` of the user's directory. */
export function cacheDirectory(): string {
  const { TWILL_CACHE, XDG_CACHE_HOME } = process.env;
  return TWILL_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'twill');
}

/** Makes a directory and those above it, as needed. @throws Error of the system. */
export function makeDirectories(path: string): void {
  if (isDirectory(path)) return;
  // One by one: mkdir's own `recursive` never returns where a system answers ENOENT though the parent is there (/proc).
  if (dirname(path) !== path) makeDirectories(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (!isDirectory(path)) throw error; // another process may have made it meanwhile
  }
}

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
