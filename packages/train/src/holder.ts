// Who holds a lock: a process that another one can recognise, and whether it still lives.
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';

/** A process as it is written into a lock. What a system does not tell is null, and is not compared then. */
export interface Holder {
  readonly pid: number;
  readonly thread: number | null;
  readonly host: string | null;
  /** Of the running system: another one after each start of the machine. */
  readonly boot: string | null;
  /** The PID namespace in which `pid` counts: a container has its own. */
  readonly namespace: string | null;
  /** When the process began, in ticks since the start of the machine: numbers of processes come again. */
  readonly start: string | null;
  /** Of this lock and no other. */
  readonly id: string | null;
}

/**
 * `gone`: it is no process any more. `alive`: it is one. Otherwise why that cannot be seen from here, in words: a lock of
 * another machine or container says nothing about the processes of this one.
 */
export type Sign = 'gone' | 'alive' | `of ${string}`;

/** Locks that this process holds, for all copies of this package in it. */
const key = Symbol.for('twilljs.locks');
export function heldIds(): Set<string> {
  const shared = globalThis as { [key]?: Set<string> };
  shared[key] ??= new Set();
  return shared[key];
}

export function thisProcess(id: string): Holder {
  return {
    pid: process.pid,
    thread: threadId,
    host: hostname(),
    boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
    start: statOf('self')?.start ?? null,
    id,
  };
}

/** Reads a lock; one of version 0.1 is a bare number. @returns null when it is no lock at all. */
export function parseHolder(text: string): Holder | null {
  const json = orNull(() => JSON.parse(text));
  const given = typeof json === 'number' ? { pid: json } : json;
  if (typeof given !== 'object' || given === null) return null;
  const { pid } = given;
  if (!(Number.isInteger(pid) && pid > 0 && pid < 2 ** 31)) return null;
  const textIn = (name: string) => (typeof given[name] === 'string' ? given[name] : null);
  return {
    pid,
    thread: Number.isInteger(given.thread) ? given.thread : null,
    ...{ host: textIn('host'), boot: textIn('boot'), namespace: textIn('namespace') },
    ...{ start: textIn('start'), id: textIn('id') },
  };
}

/** Whether the process that wrote a lock still lives. */
export function signOf(holder: Holder): Sign {
  const here = thisProcess('');
  const differs = (name: 'host' | 'boot' | 'namespace' | 'start' | 'thread') =>
    holder[name] !== null && here[name] !== null && holder[name] !== here[name];
  if (differs('host')) return `of the machine ${holder.host}`;
  if (differs('boot')) return 'gone';
  if (differs('namespace')) return 'of another container (PID namespace)';
  if (holder.pid === process.pid) {
    if (differs('start')) return 'gone';
    if (differs('thread')) return 'alive';
    return holder.id !== null && heldIds().has(holder.id) ? 'alive' : 'gone';
  }
  if (!isRunning(holder.pid)) return 'gone';
  // /proc counts like us only where it is that of our namespace.
  const stat = orNull(() => readlinkSync('/proc/self')) === String(process.pid) ? statOf(String(holder.pid)) : null;
  if (stat && ('ZX'.includes(stat.state) || (holder.start !== null && stat.start !== holder.start))) return 'gone';
  return 'alive';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // of another user
  }
}

/** State and start of a process; its name, which stands before them in brackets, may hold anything. */
function statOf(pid: string): { state: string; start: string } | null {
  const text = orNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const words = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return words && words.length > 19 ? { state: words[0], start: words[19] } : null;
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null; // systems without /proc, or a process that has just ended
  }
}
