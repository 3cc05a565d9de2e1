// Cells in processes of their own: a job goes there as JSON, and an answer comes back.
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { fileError } from '@twilljs/hub/node';
import { type Device, DeviceLostError, isTwillError, TwillError } from '@twilljs/tensor';
import type { RunResult } from '@twilljs/train/node';
import { type CellJob, trainCell } from './job.ts';
import type { Known } from './known.ts';
import { moduleFault } from './module-fault.ts';

/** What a worker answers. `input`: what it was given cannot be; `bug`: all else. */
type Answer =
  | { readonly done: RunResult['status'] }
  | { readonly error: { readonly kind: 'input' | 'bug'; readonly message: string } };

/** What is sent to a worker after its job, to put the work away and end. */
const STOP = 'stop';

/** Milliseconds after which a process without a cell is ended: long enough for a sweep to hand it the next one. */
const IDLE = 2000;

/** A process of a worker, what it has said beside its answers, and what ends it when it has been idle for long. */
interface Place {
  readonly child: ChildProcess;
  said: string;
  over?: NodeJS.Timeout;
}

function startPlace(path: string): Place {
  // In the process group of this process, so that no child outlives the killing of the group.
  const child = fork(path, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const place: Place = { child, said: '' };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    place.said += text;
  });
  return place;
}

/** Whether this process is held up by that one. */
function hold(child: ChildProcess, how: 'ref' | 'unref'): void {
  child[how]();
  child.channel?.[how]();
  (child.stderr as Socket | null)?.[how]();
}

/**
 * Trains cells in processes of their own, for `sweep`: one cell after the other in each, since starting one takes as long as many steps
 * do. A cell that fails, or knows modules of the user's own, which may change, takes its process with it.
 *
 * @param worker the module that calls `serveCells`: that of `twilljs/worker`.
 */
export function inProcesses(worker: URL | string): (job: CellJob, signal: AbortSignal) => Promise<void> {
  const path = worker instanceof URL ? fileURLToPath(worker) : worker;
  const idle: Place[] = [];
  const rest = (place: Place): void => {
    place.over = setTimeout(() => place.child.connected && place.child.disconnect(), IDLE).unref();
    hold(place.child, 'unref');
    idle.push(place);
  };
  const wake = (): Place => {
    const place = idle.pop();
    if (!place) return startPlace(path);
    clearTimeout(place.over);
    if (!place.child.connected) return wake();
    hold(place.child, 'ref');
    return place;
  };
  return (job, signal) =>
    new Promise((resolve, reject) => {
      const place = wake();
      const { child } = place;
      const send = (message: CellJob | typeof STOP) => {
        if (child.connected) child.send(message, () => {}); // it may end meanwhile, which is as good
      };
      // Not by a signal: Ctrl-C may have reached the child as well, and a second one would end it without a checkpoint.
      const stop = () => send(STOP);
      let answer: Answer | null = null;
      const settle = (how: string) => {
        signal.removeEventListener('abort', stop);
        child.off('message', hear).off('error', reject).off('close', ended);
        const failure = answer ? failureIn(answer, signal) : new Error(`its process ${how}`);
        if (failure) reject(failure);
        else resolve();
      };
      const ended = (code: number | null, killed: string | null) =>
        settle(killed ? `was ended by ${killed}.` : `ended with code ${code}: ${place.said.trim().slice(-400)}`);
      const hear = (message: Answer) => {
        answer = message;
        if (!staysAfter(answer, job)) return; // its end is waited for
        rest(place);
        settle('');
      };
      child.on('message', hear).on('error', reject).on('close', ended);
      send(job);
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop);
    });
}

/** Whether a worker waits for another cell after this one. */
function staysAfter(answer: Answer, { modules }: CellJob): boolean {
  return 'done' in answer && answer.done === 'finished' && modules.length === 0;
}

/** Null where a worker did what it was told. */
function failureIn(answer: Answer, { aborted }: AbortSignal): Error | null {
  if ('done' in answer) {
    const isAlone = answer.done === 'interrupted' && !aborted;
    return isAlone ? new Error('its process was told to stop by someone else.') : null;
  }
  const { kind, message } = answer.error;
  return kind === 'input' ? new TwillError(message) : new Error(message);
}

/**
 * The whole of a worker module: trains each cell that it is given and answers, until nobody is there any more. When it is told to stop,
 * or nobody is there any more, the work is put away first.
 *
 * @param open the device of a name, `auto`, with so many threads; null: as many as it likes. All cells that ask alike share it.
 */
export async function serveCells(
  known: Known,
  open: (device: string, threads: number | null) => Promise<Device>,
): Promise<void> {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  // Ctrl-C reaches the whole group, and more than once.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  const devices = new Map<string, Promise<Device>>();
  const serve = async (job: CellJob): Promise<void> => {
    const train = async () => {
      const asked = `${job.device} ${job.threads}`;
      if (!devices.has(asked)) devices.set(asked, open(job.device, job.threads));
      return trainCell(job, known, { device: await devices.get(asked)!, signal: stopped.signal });
    };
    const again = (error: unknown) => {
      if (!(error instanceof DeviceLostError)) throw error;
      devices.clear(); // and once more, from the last checkpoint, on another one
      return train();
    };
    const answer = await train()
      .catch(again)
      .then(
        ({ status }): Answer => ({ done: status }),
        (error: unknown): Answer => ({ error: told(error) }),
      );
    if (!process.connected) return; // nobody is there any more
    await new Promise<void>((resolve) => process.send?.(answer, () => resolve()));
    if (!staysAfter(answer, job) && process.connected) process.disconnect();
  };
  let busy = Promise.resolve();
  await new Promise<void>((resolve) => {
    process.once('disconnect', () => {
      stop();
      resolve();
    });
    process.on('message', (message: CellJob | typeof STOP) => {
      if (message === STOP) stop();
      else busy = busy.then(() => serve(message));
    });
  });
  await busy;
}

function told(error: unknown): { kind: 'input' | 'bug'; message: string } {
  const input = isTwillError(error) ? error : moduleFault(error);
  if (input) return { kind: 'input', message: input.message };
  const { name, message, path, syscall } = error as NodeJS.ErrnoException;
  if (syscall && path) return { kind: 'input', message: fileError(error, path).message };
  return { kind: 'bug', message: error instanceof Error ? `${name}: ${message}` : String(error) };
}
