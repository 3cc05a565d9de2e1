// Trying again what may pass, after longer and longer pauses.
import { setTimeout as wait } from 'node:timers/promises';
import { Passing } from './errors.ts';

/** Milliseconds before each further try. */
const PAUSES = [500, 1000, 2000, 4000, 8000];

export interface Patience {
  /** Tries after the first. Default: 5. */
  readonly again?: number;
  readonly signal: AbortSignal;
  /** Whether something was reached since the last try, which begins the count anew. */
  advanced?(): boolean;
  /** Told of every further try. */
  onAgain?(): void;
}

/** Runs until it succeeds, fails for good, or has failed too often. @throws HubError, and what else `run` throws. */
export async function patiently<T>(
  run: () => Promise<T>,
  { again = PAUSES.length, signal, advanced, onAgain }: Patience,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    signal.throwIfAborted();
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      if (advanced?.()) failures = 0;
      if (failures >= again) throw error.error;
      onAgain?.();
      await wait(Math.max(PAUSES[failures], error.waitMs), undefined, { signal });
    }
  }
}
