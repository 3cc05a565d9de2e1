// Where the command line speaks: standard output, standard error, and the user's Ctrl-C.
import { createInterface } from 'node:readline/promises';
import type { WriteStream } from 'node:tty';
import { fileError } from '@twilljs/hub/node';
import { codes } from './failure.ts';

/** Where a command writes: results, messages, and one line that is drawn anew. */
export interface Terminal {
  /** Text for the reader; what could steer a screen is written out where one reads it. */
  out(text: string): void;
  err(text: string): void;
  /** Text for a live standard error, with the sequences that draw. What comes from elsewhere goes through `printable` first. */
  draw(text: string): void;
  /** Standard error is a screen whose lines can be drawn again. */
  readonly live: boolean;
  readonly columns: number;
  /** Asks for a line, where somebody is there to write one; else null. At the end of what they write (Ctrl-D, Ctrl-C) it is null. */
  readonly ask: ((question: string) => Promise<string | null>) | null;
  /** Aborted by the first Ctrl-C, and when the terminal goes away. */
  readonly signal: AbortSignal;
  /** From here on the work goes to its end though nobody reads what is said about it: what it leaves is on disk. */
  outliveReader(): void;
  /** How the user calls it. */
  readonly self: string;
}

/** The terminal of this process. A second Ctrl-C ends it at once. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(codes.interrupted);
      stop.abort();
    });
  }
  let outlives = false;
  const [out, err] = [stdout, stderr].map((stream) => writerOf(stream, () => outlives));
  return {
    out: (text) => out(isScreen(stdout) ? printable(text) : text),
    err: (text) => err(isScreen(stderr) ? printable(text) : text),
    draw: err,
    live: isScreen(stderr) && env.TERM !== 'dumb' && !env.CI,
    columns: (isScreen(stderr) && stderr.columns) || 100,
    ask: stdin.isTTY && isScreen(stderr) ? (question) => askOn(question, stop.signal) : null,
    signal: stop.signal,
    outliveReader: () => {
      outlives = true;
    },
    self: env.npm_lifecycle_event === 'start' || env.npm_lifecycle_event === 'twill' ? 'npx -y pnpm@10 twill' : 'twill',
  };
}

/**
 * Text as a screen can show it: control characters (C0, DEL, C1) and those that reverse the direction of writing stand as
 * \\u001b, which JSON reads as the same. Newlines and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

async function askOn(question: string, signal: AbortSignal): Promise<string | null> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<null>((resolve) => {
    lines.once('close', () => resolve(null)); // a question that is open then has no end
  });
  try {
    return await Promise.race([lines.question(question, { signal }), closed]);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    lines.close();
  }
}

function isScreen(stream: WriteStream): boolean {
  return stream.isTTY === true;
}

/**
 * Writes to a stream until that fails. Whoever reads may stop reading (`twill doctor | head -1`): then a command whose work is
 * what it says has nothing left to do, while one that leaves files goes on unheard. Text that is lost in another way, on a full
 * disk, is an error in any case.
 */
function writerOf(stream: WriteStream, outlives: () => boolean): (text: string) => void {
  let isOpen = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!isOpen) return;
    isOpen = false;
    if (error.code !== 'EPIPE' && error.code !== 'EIO') {
      process.once('exit', () => {
        process.exitCode ||= codes.input;
      });
      const what = stream === process.stdout ? 'standard output' : 'standard error';
      if (stream === process.stdout) process.stderr.write(`twill: ${fileError(error, what).message}\n`);
    }
    if (!outlives()) process.exit(process.exitCode ?? codes.done);
  });
  return (text) => {
    if (isOpen) stream.write(text);
  };
}
