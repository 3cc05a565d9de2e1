// Cells in processes of their own: a job goes there as JSON, and an answer comes back.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fileError } from '@twilljs/hub/node';
import { type Device, isTwillError, TwillError } from '@twilljs/tensor';
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

/**
 * Trains each cell in a process of its own, for `sweep`.
 *
 * @param worker the module that calls `serveCell`: that of `twilljs/worker`.
 */
export function inProcesses(worker: URL | string): (job: CellJob, signal: AbortSignal) => Promise<void> {
  const path = worker instanceof URL ? fileURLToPath(worker) : worker;
  return (job, signal) =>
    new Promise((resolve, reject) => {
      // In the process group of this process, so that no child outlives the killing of the group.
      const child = fork(path, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
      let said = '';
      let answer: Answer | null = null;
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      child.on('message', (message: Answer) => {
        answer = message;
      });
      const send = (message: CellJob | typeof STOP) => {
        if (child.connected) child.send(message, () => {}); // it may end meanwhile, which is as good
      };
      // Not by a signal: Ctrl-C may have reached the child as well, and a second one would end it without a checkpoint.
      const stop = () => send(STOP);
      send(job);
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop);
      child.on('error', reject);
      child.on('close', (code, killed) => {
        signal.removeEventListener('abort', stop);
        const how = killed ? `was ended by ${killed}.` : `ended with code ${code}: ${said.trim().slice(-400)}`;
        const failure = answer ? failureIn(answer, signal) : new Error(`its process ${how}`);
        if (failure) reject(failure);
        else resolve();
      });
    });
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
 * The whole of a worker module: waits for a job, trains it, answers and ends. When it is told to stop, or nobody is there any more,
 * the work is put away first.
 *
 * @param open the device of a name, `auto`, with so many threads; null: as many as it likes.
 */
export async function serveCell(
  known: Known,
  open: (device: string, threads: number | null) => Promise<Device>,
): Promise<void> {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.once('disconnect', stop);
  // Ctrl-C reaches the whole group, and more than once.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  const job = await new Promise<CellJob>((resolve) => {
    process.on('message', (message: CellJob | typeof STOP) => (message === STOP ? stop() : resolve(message)));
  });
  const train = async () =>
    trainCell(job, known, { device: await open(job.device, job.threads), signal: stopped.signal });
  const answer = await train().then(
    ({ status }): Answer => ({ done: status }),
    (error: unknown): Answer => ({ error: told(error) }),
  );
  if (!process.connected) return; // nobody is there any more
  await new Promise<void>((resolve) => process.send?.(answer, () => resolve()));
  process.disconnect();
}

function told(error: unknown): { kind: 'input' | 'bug'; message: string } {
  const input = isTwillError(error) ? error : moduleFault(error);
  if (input) return { kind: 'input', message: input.message };
  const { name, message, path, syscall } = error as NodeJS.ErrnoException;
  if (syscall && path) return { kind: 'input', message: fileError(error, path).message };
  return { kind: 'bug', message: error instanceof Error ? `${name}: ${message}` : String(error) };
}
