// The command line as a function of its arguments, for tests and for programs that embed it.
import { run } from './program.ts';

/** What a command left: its exit code, and all it wrote. */
export interface Captured {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `twill` in this process and keeps what it says. */
export async function capture(argv: readonly string[], signal = new AbortController().signal): Promise<Captured> {
  let out = '';
  let err = '';
  const code = await run(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    draw: () => {},
    live: false,
    columns: 100,
    ask: null,
    signal,
    outliveReader: () => {},
    self: 'twill',
  });
  return { code, out, err };
}
