// One command in a process of its own.
import { fork } from 'node:child_process';
import { TwillError } from '@twilljs/tensor';
import { codes, Interrupted } from './failure.ts';

/** What `twill train --json` printed. */
export type Trained = Readonly<Record<string, unknown>>;

/**
 * Runs `twill` with these arguments, to its end or until `signal` stops it.
 *
 * @param entry the module that is `twill`.
 * @throws Interrupted when it was stopped; TwillError with its own message when its input was wrong.
 */
export function runChild(entry: string, args: readonly string[], signal: AbortSignal): Promise<Trained> {
  return new Promise((resolve, reject) => {
    // In the process group of this process, so that no child outlives the killing of the group.
    const child = fork(entry, [...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    let out = '';
    let err = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    // Not by a signal: Ctrl-C may have reached the child as well, and a second one would end it without a checkpoint.
    const stop = () => {
      if (child.connected) child.send('stop', () => {}); // it may end meanwhile, which is as good
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    child.on('error', reject);
    child.on('close', (code, killed) => {
      signal.removeEventListener('abort', stop);
      const message = err.trim().split('\n').at(-1) ?? '';
      if (code === codes.done) resolve(JSON.parse(out));
      else if (code === codes.interrupted) reject(new Interrupted(message));
      else if (code === codes.input) reject(new TwillError(message));
      else reject(new Error(killed ? `its process was ended by ${killed}.` : faultIn(err, code)));
    });
  });
}

/** The error itself, from what a failed process said. */
function faultIn(said: string, code: number | null): string {
  const line = said.split('\n').find((text) => /^\w*Error\b.*: /.test(text));
  return line ?? `its process ended with code ${code}: ${said.trim().slice(-400)}`;
}
