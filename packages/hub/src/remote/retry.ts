// Trying again what may pass, after longer and longer pauses.
import { setTimeout as wait } from 'node:timers/promises';
import { Passing } from './errors.ts';

/** Milliseconds before each further try. */
const PAUSES = [500, 1000, 2000, 4000, 8000];

export interface Patience {
  /** No more than the first try. */
  readonly once?: boolean;
  readonly signal: AbortSignal;
  /** Whether something was reached since the last try, which begins the count anew. */
  advanced?(): boolean;
  /** Told of every further try. */
  again?(): void;
}

/** Runs until it succeeds, fails for good, or has failed too often. @throws HubError, and what else `run` throws. */
export async function patiently<T>(run: () => Promise<T>, { once, signal, advanced, again }: Patience): Promise<T> {
  for (let failures = 0; ; failures++) {
    signal.throwIfAborted();
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      if (advanced?.()) failures = 0;
      if (once || failures === PAUSES.length) throw error.error;
      again?.();
      await wait(Math.max(PAUSES[failures], error.waitMs), undefined, { signal });
    }
  }
}
