// What commands that train a whole sweep ask before it begins: how many at a time, and whether a long one shall.
import { availableParallelism } from 'node:os';
import { trainingSpeed } from '@twilljs/sweep';
import { threadsPerCell } from '@twilljs/sweep/node';
import { OptionError } from '@twilljs/tensor';
import { Option } from 'commander';
import { yardstick } from 'twilljs';
import type { CommonOptions, Context } from '../command.ts';
import { hasThreads, openDevice } from '../device.ts';
import { option } from '../flags.ts';
import { hoursText, type OpenedSweep, sizeText } from './run.ts';

/** What `--threads` decides of sweeps. */
export const EACH = 'threads of each model that is trained (default: TWILL_THREADS, else the processors are divided)';

export const jobsFlag = (): Option =>
  option('--jobs <n>', 'models that are trained at the same time', { type: 'integer', max: 1024 }).default(
    availableParallelism(),
    'as many as there are processors',
  );

export const yesFlag = (): Option => new Option('--yes', 'begin without asking, however long it takes').default(false);

export interface LongAsked extends Pick<CommonOptions, 'device' | 'threads'> {
  readonly jobs: number;
  readonly yes: boolean;
}

/**
 * Says how long a sweep will take, and asks whether it shall begin.
 *
 * @param flag that asks for it: `--preset paper`.
 * @throws OptionError where there is nobody to ask and no `--yes`.
 */
export async function beginsLong(
  flag: string,
  { spec, cells }: OpenedSweep,
  { jobs, yes, device, threads: given }: LongAsked,
  { terminal, note }: Context,
): Promise<boolean> {
  const threads = given ?? (hasThreads(device) ? (threadsPerCell(jobs) ?? undefined) : undefined);
  const speed = await trainingSpeed(await yardstick().to(await openDevice({ device, threads })));
  note(`${spec.name}: ${sizeText(cells)}, ${hoursText(cells, speed, jobs)}.\n`);
  if (yes) return true;
  if (terminal.ask) return /^y(es)?$/i.test((await terminal.ask('Begin? [y/N] '))?.trim() ?? ''); // anything else is a no
  throw new OptionError(`${flag} takes long, and here is nobody to ask; add --yes to begin.`);
}
