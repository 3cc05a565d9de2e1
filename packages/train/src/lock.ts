// One process at a time works in a directory: two would write into each other's files.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { attempt } from '@twilljs/hub/node';
import { OptionError } from '@twilljs/tensor';

const FILE = '.lock';

/** A process that was told to stop puts its work away meanwhile. */
const [PATIENCE_MS, PAUSE_MS] = [5_000, 100];

/** Locks that this process holds: its own number in a file may also come from an earlier process that had the same. */
const held = new Set<string>();

/**
 * Holds a directory until it is disposed of. The lock of a process that is gone counts as none.
 *
 * @throws OptionError when another process holds it, and goes on to for five seconds.
 */
export async function lockDirectory(directory: string): Promise<Disposable> {
  const path = join(directory, FILE);
  const until = performance.now() + PATIENCE_MS;
  while (!take(path)) {
    const holder = await holderOf(path);
    if (holder === 'nobody') continue;
    if (holder === 'gone') rmSync(path, { force: true });
    else if (performance.now() < until) await wait(PAUSE_MS);
    else {
      throw new OptionError(
        `run: process ${holder} works in ${directory}; wait for its end, or choose another directory (if it is no run of twill, delete ${path}).`,
      );
    }
  }
  held.add(path);
  return {
    [Symbol.dispose]() {
      held.delete(path);
      rmSync(path, { force: true });
    },
  };
}

function take(path: string): boolean {
  return attempt(path, () => {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  });
}

/** The process that wrote a lock, where it lives. */
async function holderOf(path: string): Promise<number | 'gone' | 'nobody'> {
  let text = readLock(path);
  if (text === '') {
    await wait(PAUSE_MS); // it is made, but not yet written
    text = readLock(path);
  }
  if (text === null) return 'nobody';
  const holder = Number(text);
  if (!(Number.isInteger(holder) && holder > 0)) return 'gone';
  if (holder === process.pid) return held.has(path) ? holder : 'gone';
  try {
    process.kill(holder, 0);
    return holder;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? holder : 'gone'; // EPERM: of another user
  }
}

/** Null where the lock has just been given back. */
function readLock(path: string): string | null {
  return attempt(path, () => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  });
}
