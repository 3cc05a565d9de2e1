// Where the command line speaks: standard output, standard error, and the user's Ctrl-C.
import { createInterface } from 'node:readline/promises';
import type { WriteStream } from 'node:tty';

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Standard error is a screen whose lines can be drawn again. */
  readonly live: boolean;
  readonly columns: number;
  /** Asks for yes or no, where somebody is there to answer; else null. */
  readonly ask: ((question: string) => Promise<boolean>) | null;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** The module to run in a child process as `twill`. */
  readonly entry: string;
  /** How the user calls it. */
  readonly self: string;
}

/** The terminal of this process. A second Ctrl-C ends it at once. */
export function processTerminal(entry: string): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort();
    });
  }
  for (const stream of [stdout, stderr]) stream.on('error', closedPipe);
  // As a child of a sweep: when that says so or is gone, put the work away and end.
  process.once('message', () => stop.abort());
  process.once('disconnect', () => stop.abort());
  process.channel?.unref();
  return {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    live: isScreen(stderr) && env.TERM !== 'dumb' && !env.CI,
    columns: (isScreen(stderr) && stderr.columns) || 100,
    ask: stdin.isTTY && isScreen(stderr) ? (question) => askOn(question, stop.signal) : null,
    signal: stop.signal,
    entry,
    self: env.npm_lifecycle_event === 'start' || env.npm_lifecycle_event === 'twill' ? 'npx -y pnpm@10 twill' : 'twill',
  };
}

/** Anything but a clear yes is a no. */
async function askOn(question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim());
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
}

function isScreen(stream: WriteStream): boolean {
  return stream.isTTY === true;
}

/** Whoever reads our output may stop reading (`twill doctor | head -1`), which is no failure. */
function closedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}
