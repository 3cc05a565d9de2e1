// A connection to Redis: it begins within a time of ours or says why not; later it waits as long as Redis is away.
import { setTimeout as wait } from 'node:timers/promises';
import { OptionError } from '@twilljs/tensor';
import { Redis } from 'ioredis';
import type { QueueAddress } from './address.ts';

/** Seconds that a first connection may take. */
const PATIENCE = 10;

/** What Redis, or TLS, answers to whoever may not come in: asking again would not help. */
const REFUSED = /WRONGPASS|NOAUTH|NOPERM|invalid password|certificate|SSL|wrong version|DB index/i;

/** How often it is tried again, in milliseconds. */
const AGAIN = (times: number): number => Math.min(1000, 50 * times);

/**
 * @param warn told when Redis goes away, and when it is back.
 * @throws OptionError when nobody answers within ten seconds, or refuses.
 */
export async function connect(
  { url, shown }: QueueAddress,
  warn: (message: string) => void,
  patience = PATIENCE,
): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: null, // commands wait while Redis is away
    connectTimeout: 1000 * patience,
    retryStrategy: AGAIN,
  });
  let last = 'no answer';
  const refused = new Promise<string>((resolve) => {
    redis.on('error', (error: Error) => {
      last = reasonOf(error);
      if (REFUSED.test(last)) resolve(last);
    });
  });
  const over = new AbortController();
  const ready = redis
    .connect()
    .catch(() => new Promise((resolve) => redis.once('ready', resolve))) // the first try failed; it goes on trying
    .then(() => redis.ping())
    .then(() => null, reasonOf);
  const late = wait(1000 * patience, 'late' as const, { signal: over.signal }).catch(() => 'late' as const);
  const why = await Promise.race([ready, refused, late]);
  over.abort();
  if (why !== null) {
    redis.disconnect();
    if (why === 'late') {
      throw new OptionError(
        `queue: ${shown} did not answer within ${patience} s (${last}); start redis-server there, or correct the address.`,
      );
    }
    throw new OptionError(`queue: ${shown} refuses: ${why}; correct user, password, database or TLS in the address.`);
  }
  tellOfAbsence(redis, shown, warn, () => last);
  return redis;
}

function tellOfAbsence(redis: Redis, shown: string, warn: (message: string) => void, last: () => string): void {
  let isAway = false;
  redis.on('reconnecting', () => {
    if (isAway) return;
    isAway = true;
    warn(`queue: ${shown} is away (${last()}); cells go on, and what is to be said waits until it is back.`);
  });
  redis.on('ready', () => {
    if (isAway) warn(`queue: ${shown} is back.`);
    isAway = false;
  });
}

/** What an error of the client says; its other fields may hold a password. */
function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || 'no answer';
}

/** Whether Redis is full: nothing can be written until there is room again. */
export const isFull = (error: unknown): boolean => /^OOM /.test(reasonOf(error));

/**
 * Repeats what Redis had no room for, until it has.
 *
 * @throws what else goes wrong.
 */
export async function untilThereIsRoom<T>(
  act: () => Promise<T>,
  warn: (message: string) => void,
  signal: AbortSignal,
): Promise<T> {
  for (let told = false; ; told = true) {
    try {
      return await act();
    } catch (error) {
      if (!isFull(error) || signal.aborted) throw error;
      if (!told) warn('queue: Redis is full (maxmemory); it is tried again until there is room, so raise its limit.');
      await wait(1000, undefined, { signal }).catch(() => {});
    }
  }
}
