// Twill's own cache: what can be made again, such as texts as tokens. Whoever needs the space may remove it.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `TWILL_CACHE`, else `twill` in `XDG_CACHE_HOME`, else in `.cache` of the user's directory. */
export function cacheDirectory(): string {
  const { TWILL_CACHE, XDG_CACHE_HOME } = process.env;
  return TWILL_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'twill');
}
