// The package for queues, which only who has many machines installs.
import type * as Queue from '@twilljs/queue/node';
import { OptionError } from '@twilljs/tensor';
import type { Command, Option } from 'commander';
import { option } from '../flags.ts';

/** @throws OptionError where it is not installed, with what to do. */
export async function loadQueue(): Promise<typeof Queue> {
  try {
    return await import('@twilljs/queue/node');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ERR_MODULE_NOT_FOUND'
        ? '--queue needs the package @twilljs/queue, which is not installed; npm install @twilljs/queue'
        : `the package @twilljs/queue does not run here: ${message}; install it again`;
    throw new OptionError(`${why}.`, { cause });
  }
}

export const queueFlag = (what: string): Option => option('--queue <url>', `${what}: redis://host, rediss:// for TLS`);

export const leaseFlag = (): Option =>
  option(
    '--lease <seconds>',
    'with --queue: after so long without a word of its worker a cell is taken over (default: 30)',
    {
      type: 'integer',
      max: 86_400,
    },
  );

/** @throws OptionError for flags that were given and would decide nothing. */
export function requireNoneOf(command: Command, flags: readonly string[], why: string): void {
  const given = flags.find((flag) => command.getOptionValueSource(flag) === 'cli');
  if (given !== undefined) throw new OptionError(`--${given} is given, but ${why}; leave it out.`);
}
