// One process at a time works in a directory: two would write into each other's files.
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { attempt } from '@twilljs/hub/node';
import { OptionError } from '@twilljs/tensor';
import { heldIds, parseHolder, signOf, thisProcess } from './holder.ts';

const FILE = '.lock';

/** A process that was told to stop puts its work away meanwhile. */
const [PATIENCE_MS, PAUSE_MS] = [5_000, 100];

/** Where a lock cannot appear whole, it is empty for a moment. */
const EMPTY_MS = 1_000;

/**
 * Holds a directory until it is disposed of. The lock of a process that is gone counts as none; that of another machine or
 * container counts, since it cannot be seen from here whether its process lives.
 *
 * @throws OptionError when another process holds it, and goes on to for five seconds.
 */
export async function lockDirectory(directory: string): Promise<Disposable> {
  const path = join(directory, FILE);
  const id = randomUUID();
  const text = JSON.stringify(thisProcess(id));
  const until = performance.now() + PATIENCE_MS;
  heldIds().add(id);
  try {
    for (let holder = take(path, text); holder !== null; holder = take(path, text)) {
      if (performance.now() > until) throw new OptionError(`run: ${holder} works in ${directory}; ${nextStep(path)}`);
      await wait(PAUSE_MS);
    }
  } catch (error) {
    heldIds().delete(id);
    throw error;
  }
  return {
    [Symbol.dispose]() {
      heldIds().delete(id);
      giveBack(path, text);
    },
  };
}

const nextStep = (path: string) =>
  `wait for its end, or choose another directory (if it is no run of twill, or has ended, delete ${path}).`;

/**
 * Takes a lock that is free or whose holder is gone.
 *
 * The file appears with all of its contents or not at all, and a stale one is replaced, never removed first, by the one process
 * that holds the lock on the replacement: so no two processes can find it free.
 *
 * @returns null when it is ours, else who holds it.
 */
function take(path: string, text: string): string | null {
  if (create(path, text)) return null;
  const before = readLock(path);
  if (before === null) return 'another process'; // just given back: the next try finds it free
  if (before === '' && isFresh(path)) return 'another process';
  const holder = parseHolder(before);
  const sign = holder ? signOf(holder) : 'gone';
  if (holder && sign !== 'gone') return `process ${holder.pid}${sign === 'alive' ? '' : ` ${sign}`}`;
  const replacement = `${path}.takeover`;
  const other = take(replacement, text);
  if (other !== null) return other;
  try {
    if (readLock(path) !== before) return 'another process';
    attempt(path, () => renameSync(temporaryOf(path, text), path));
    return null;
  } finally {
    giveBack(replacement, text);
  }
}

/** Makes the file of a lock, whole. @returns false when it is there already. */
function create(path: string, text: string): boolean {
  return attempt(path, () => {
    const temporary = temporaryOf(path, text);
    try {
      linkSync(temporary, path);
      return true;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') return false;
      if (!NO_LINKS.includes(code)) throw error;
      return createAlone(path, text);
    } finally {
      rmSync(temporary, { force: true });
    }
  });
}

/** What file systems without hard links answer. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

function createAlone(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isFresh(path: string): boolean {
  const { mtimeMs = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return Date.now() - mtimeMs < EMPTY_MS;
}

function temporaryOf(path: string, text: string): string {
  const temporary = `${path}.${randomUUID()}.tmp`;
  attempt(path, () => writeFileSync(temporary, text));
  return temporary;
}

/** Removes a lock that is ours: the directory may have been replaced by another one meanwhile. */
function giveBack(path: string, text: string): void {
  if (readLock(path) === text) rmSync(path, { force: true });
}

/** Null where the lock has just been given back. */
function readLock(path: string): string | null {
  return attempt(path, () => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
      throw error;
    }
  });
}
