// One cell in a process of its own.
import { fork } from 'node:child_process';
import { TwillError } from '@twilljs/tensor';
import { codes, Interrupted } from '../failure.ts';

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
    // A process group of its own: Ctrl-C reaches this process alone, which then stops its children, once.
    const child = fork(entry, [...args, '--json'], { detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    let out = '';
    let err = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const stop = () => child.kill('SIGINT');
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    child.on('error', reject);
    child.on('close', (code) => {
      signal.removeEventListener('abort', stop);
      const message = err.trim().split('\n').at(-1) ?? '';
      if (code === codes.done) resolve(JSON.parse(out));
      else if (code === codes.interrupted) reject(new Interrupted(message));
      else if (code === codes.input) reject(new TwillError(message));
      else reject(new Error(`twill ${args.join(' ')} ended with code ${code}.\n${err}`));
    });
  });
}
