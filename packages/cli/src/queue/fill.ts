// A sweep whose cells are trained by `twill worker`, on this machine and others.
import type { Context } from '../command.ts';
import { openDevice } from '../device.ts';
import { type Ended, type OpenedSweep, runSweep, type SweepAsked } from '../sweep/run.ts';
import { loadQueue } from './load.ts';

export interface QueueAsked extends SweepAsked {
  readonly queue: string;
  /** Seconds. */
  readonly lease: number | undefined;
}

/** What decides the bits of a device, and how cells ask for it. */
export async function deviceHere(name: SweepAsked['device']): Promise<{ name: string; word: string }> {
  const { deviceWord } = await loadQueue();
  using device = await openDevice({ device: name });
  return { name: device.name, word: deviceWord(device) };
}

/** @throws Interrupted after Ctrl-C, with the queue left to its workers. */
export async function runQueued(opened: OpenedSweep, asked: QueueAsked, { terminal, note }: Context): Promise<Ended> {
  const { fillQueue, openQueue } = await loadQueue();
  const { spec, cells, text } = opened;
  const { out, queue: address, lease, device } = asked;
  const warn = (message: string) => terminal.err(`${message}\n`);
  await using queue = await openQueue(address, { warn });
  const place = { directory: out, cells, text, modules: spec.modules ?? [], device: await deviceHere(device) };
  const filled = await fillQueue(queue, { ...place, spec, ...(lease !== undefined && { lease }) });
  note(`queue ${queue.address.shown}; on each machine: ${terminal.self} worker --queue URL --out ${out}\n`);
  const trainers = {
    ...{ jobs: cells.length, run: filled.run, over: filled.over },
    stopped: 'no longer waited for; its workers go on, and the same command waits again (--cancel ends it).',
  };
  try {
    const ended = await runSweep(opened, trainers, asked, terminal);
    await filled.finish();
    return ended;
  } catch (error) {
    await filled.leave();
    throw error;
  }
}
