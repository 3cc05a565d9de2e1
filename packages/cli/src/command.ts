// What all commands share: the common flags, help with examples, and where results and messages go.
import { Command, Option } from 'commander';
import { once, wholeNumber } from './flags.ts';
import type { Terminal } from './terminal.ts';

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

export const devices = ['auto', 'wasm', 'cpu'] as const;
export type DeviceName = (typeof devices)[number];

/** Flags that every command has. */
export interface CommonOptions {
  readonly json: true | undefined;
  readonly seed: number;
  readonly device: DeviceName;
}

export interface CommandText {
  readonly name: string;
  readonly summary: string;
  /** What `--seed` decides here. */
  readonly seed: string;
  /** What `--device` decides here. */
  readonly device?: string;
  readonly examples: readonly string[];
  /** Paragraphs after the options. */
  readonly notes?: readonly string[];
}

/** A command with the common flags; the caller adds its own and an action. */
export function makeCommand({ name, summary, seed, device, examples, notes = [] }: CommandText): Command {
  const after = [
    ...notes,
    `Example${examples.length > 1 ? 's' : ''}:\n${examples.map((line) => `  $ ${line}`).join('\n')}`,
  ];
  return new Command(name)
    .description(summary)
    .addOption(new Option('--json', 'print one JSON object on standard output, messages on standard error'))
    .addOption(
      new Option('--seed <n>', seed)
        .argParser(once('--seed', wholeNumber('--seed', { min: 0, max: 2 ** 53 - 1 })))
        .default(0),
    )
    .addOption(
      new Option('--device <name>', device ?? 'where to compute; auto is the fastest one here')
        .choices(devices)
        .default('auto'),
    )
    .addHelpText('after', `\n${after.join('\n\n')}`);
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
