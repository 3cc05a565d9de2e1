// The part of a blob that has arrived, in a file that one download owns: what a process leaves behind, the next one takes over.
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { attempt } from '../files.ts';

/** A file that has not grown for so long is not being written to. */
const STILL_MS = 60_000;

const PAUSE_MS = 100;

/**
 * Takes what has arrived of a blob, or begins. While another process is at it, waits for its end and tells how far that is.
 *
 * Nobody holds a lock that could stay behind: a part belongs to whom it is named after, and is taken over by moving it to another
 * name, which only one process can do. Two that write the same blob write into different files.
 *
 * @returns the path of the part, which is the caller's from now on; null where the blob is there meanwhile.
 */
export async function claimPart(
  blob: string,
  isThere: () => boolean,
  { signal, onBytes }: { signal: AbortSignal; onBytes(there: number): void },
): Promise<string | null> {
  for (;;) {
    const parts = partsOf(blob);
    if (isThere()) return null; // asked after the parts are listed: the last one may just have become the blob
    const free = parts.filter(({ state }) => state === 'free').sort((a, b) => b.size - a.size);
    const own = ownName(blob);
    if (free.length > 0) {
      if (moved(free[0].path, own)) return own;
    } else if (parts.every(({ state }) => state === 'still')) {
      attempt(own, () => writeFileSync(own, '', { flag: 'wx' }));
      return own;
    } else {
      onBytes(Math.max(...parts.map(({ size }) => size)));
      await wait(PAUSE_MS, undefined, { signal });
    }
  }
}

/** Bytes of parts in a folder that somebody will go on from, or is at. */
export function bytesOfParts(folder: string, blobs: ReadonlySet<string>): number {
  const names = attempt(folder, () => readdirSync(folder)).filter((name) => name.endsWith('.incomplete'));
  const wanted = names.filter((name) => blobs.has(name.slice(0, name.indexOf('.'))));
  return wanted.reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Leaves a part to whoever comes next. */
export function leavePart(part: string, blob: string): void {
  moved(part, `${blob}.incomplete`);
}

interface Part {
  readonly path: string;
  readonly size: number;
  /** `still`: of a process that is there but does not go on, which may do so one day. */
  readonly state: 'free' | 'busy' | 'still';
}

function partsOf(blob: string): Part[] {
  const folder = dirname(blob);
  const name = basename(blob);
  const names = attempt(folder, () => readdirSync(folder));
  return names.flatMap((entry) => {
    const owner = ownerOf(entry, name);
    const facts = owner && statSync(join(folder, entry), { throwIfNoEntry: false });
    if (!owner || !facts) return [];
    const isStill = Date.now() - facts.mtimeMs > STILL_MS;
    const isGone = owner === 'nobody' || (owner.machine === thisMachine() ? !isRunning(owner.pid) : isStill);
    return [{ path: join(folder, entry), size: facts.size, state: isGone ? 'free' : isStill ? 'still' : 'busy' }];
  });
}

/** `<blob>.<machine>-<pid>-<letters>.incomplete`; what was left is `<blob>.incomplete`. */
const ownName = (blob: string): string =>
  `${blob}.${thisMachine()}-${process.pid}-${randomBytes(4).toString('hex')}.incomplete`;

function ownerOf(entry: string, blob: string): { machine: string; pid: number } | 'nobody' | null {
  if (entry === `${blob}.incomplete`) return 'nobody';
  if (!entry.startsWith(`${blob}.`)) return null;
  const [, machine, pid] = /^\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.incomplete$/.exec(entry.slice(blob.length)) ?? [];
  return machine === undefined ? null : { machine, pid: Number(pid) };
}

/** Where numbers of processes mean something: a machine since its start, or a container. */
function thisMachine(): string {
  let boot = '';
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
  } catch {} // systems without /proc
  return createHash('sha256').update(`${hostname()} ${boot}`).digest('hex').slice(0, 8);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // of another user
  }
}

/** @returns false where another process was faster. */
function moved(from: string, to: string): boolean {
  return attempt(from, () => {
    try {
      renameSync(from, to);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  });
}
