// How long a thread has had the processor, as Linux tells it.
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** This thread, as the system calls it; 0 where it does not tell. */
export function threadHere(): number {
  try {
    return Number(basename(readlinkSync('/proc/thread-self')));
  } catch {
    return 0; // not Linux
  }
}

/** Milliseconds of the processor; null where the system does not tell. */
export function processorMs(thread: number): number | null {
  try {
    const facts = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return 10 * (Number(facts[11]) + Number(facts[12])); // user and system, in hundredths of a second
  } catch {
    return null;
  }
}
