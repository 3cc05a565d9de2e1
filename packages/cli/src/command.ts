// What all commands share: the common flags, help with examples, and where results and messages go.
import { Command, Option } from 'commander';
import { option } from './flags.ts';
import type { Terminal } from './terminal.ts';

/** What `--device` decides of most commands. */
const COMPUTES = 'where to compute; auto is the fastest one here';

/** What `--threads` decides of most commands. */
const THREADS =
  'threads that compute; they change no result (default: TWILL_THREADS, else one for each processor, at most 8)';

/** What a command leaves behind. */
export interface Result {
  /** False when it ran and the answer is no: exit code 1. */
  readonly answer: boolean;
  /** What `--json` prints. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Exit code 2 with this message: a part of the input was wrong, and the rest has been reported. */
  readonly inputFault?: string;
}

/** What a running command has besides its own options. */
export interface Context {
  readonly terminal: Terminal;
  readonly json: boolean;
  /** The words of the command line. */
  readonly argv: readonly string[];
  /** For the reader: standard output, or standard error under `--json`. */
  say(text: string): void;
  /** About the work: always standard error. */
  note(text: string): void;
}

/** A command that is ready for its arguments, and what it does. */
export interface Runnable {
  readonly command: Command;
  // biome-ignore lint/suspicious/noExplicitAny: each command's options have a type of their own.
  run(context: Context, args: readonly string[], options: any): Promise<Result>;
}

/** Commands under one name: `twill hub pull`. */
export interface CommandGroup {
  readonly command: Command;
  readonly members: readonly Runnable[];
}

const devices = ['auto', 'webgpu', 'wasm', 'gpujs', 'cpu'] as const;
export type DeviceName = (typeof devices)[number];

/** Flags that commands share. */
export interface CommonOptions {
  readonly json: true | undefined;
  readonly seed: number;
  readonly device: DeviceName;
  /** As many as the device likes where nothing is asked. */
  readonly threads?: number | undefined;
  /** Of commands that offer it. */
  readonly eager?: true | undefined;
}

export interface CommandText {
  readonly name: string;
  readonly summary: string;
  /** What `--seed` decides here; null where nothing is drawn. */
  readonly seed: string | null;
  /** What `--device` decides here; null where nothing is computed. */
  readonly device?: string | null;
  /** What `--threads` decides here. */
  readonly threads?: string;
  /** Whether `--eager` is offered: it runs models that can do without it. */
  readonly eager?: true;
  readonly examples: readonly string[];
  /** Paragraphs after the options. */
  readonly notes?: readonly string[];
}

/** A command with the flags that it shares with others; the caller adds its own and an action. */
export function makeCommand(text: CommandText): Command {
  const { name, summary, seed, device = COMPUTES, threads = THREADS, eager, examples, notes = [] } = text;
  const after = [
    ...notes,
    `Example${examples.length > 1 ? 's' : ''}:\n${examples.map((line) => `  $ ${line}`).join('\n')}`,
  ];
  const command = new Command(name)
    .description(summary)
    .addOption(new Option('--json', 'print one JSON object on standard output, messages on standard error'))
    .addHelpText('after', `\n${after.join('\n\n')}`);
  const seeds = { type: 'integer', min: 0, max: 2 ** 53 - 1 } as const;
  if (seed !== null) command.addOption(option('--seed <n>', seed, seeds).default(0));
  if (device !== null) {
    command
      .addOption(new Option('--device <name>', device).choices(devices).default('auto'))
      .addOption(option('--threads <n>', threads, { type: 'integer', min: 1, max: 64 }));
  }
  if (eager)
    command.addOption(
      new Option('--eager', 'run every op anew instead of replaying recorded steps: the same numbers, slower'),
    );
  return command;
}

/** Where a command speaks under these options. */
export function contextOf(
  terminal: Terminal,
  argv: readonly string[],
  { json = false }: { json: boolean | undefined },
): Context {
  return {
    terminal,
    json,
    argv,
    say: (text) => (json ? terminal.err(text) : terminal.out(text)),
    note: (text) => terminal.err(text),
  };
}
