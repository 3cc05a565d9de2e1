// Trying again what may pass, after longer and longer pauses.
import { setTimeout as wait } from 'node:timers/promises';
import { type HubError, Passing } from './errors.ts';

/** Milliseconds before each further try. */
const PAUSES = [500, 1000, 2000, 4000, 8000];

export interface Patience {
  /** Tries after the first. Default: 5. */
  readonly again?: number;
  readonly signal: AbortSignal;
  /** Whether something was reached since the last try, which begins the count anew. */
  advanced?(): boolean;
  /** Longest pause that a server is granted. Default: a minute. */
  readonly longestMs?: number;
  /** Told of every further try, and after how long it comes. */
  onAgain?(error: HubError, ms: number): void;
}

/** Runs until it succeeds, fails for good, or has failed too often. @throws HubError, and what else `run` throws. */
export async function patiently<T>(
  run: () => Promise<T>,
  { again = PAUSES.length, longestMs = 60_000, signal, advanced, onAgain }: Patience,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    signal.throwIfAborted();
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      if (advanced?.()) failures = 0;
      if (failures >= again || error.waitMs > longestMs) throw error.error;
      const pause = Math.max(PAUSES[failures], error.waitMs);
      onAgain?.(error.error, pause);
      await wait(pause, undefined, { signal });
    }
  }
}
