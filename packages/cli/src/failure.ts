// What went wrong, as an exit code and a message: the user's input, an interrupt, or a fault of our own.

import { fileError } from '@twilljs/hub/node';
import { moduleFault } from '@twilljs/sweep/node';
import { isTwillError } from '@twilljs/tensor';
import { CommanderError } from 'commander';
import { shown } from './flags.ts';

/** Exit codes: done, ran and the answer is no, your input, our fault (EX_SOFTWARE), Ctrl-C (128 + SIGINT). */
export const codes = { done: 0, no: 1, input: 2, bug: 70, interrupted: 130 } as const;

/** Raised by a command that Ctrl-C has ended, after it has put its work away. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export interface Failure {
  readonly code: number;
  readonly message: string;
}

/** What an error means to the user. Help that was asked for is no failure. */
export function failureOf(error: unknown, command: string): Failure {
  if (error instanceof CommanderError) return usageFailure(error, command);
  if (error instanceof Interrupted || isAbort(error)) return { code: codes.interrupted, message: error.message };
  if (isTwillError(error)) return { code: codes.input, message: named(error.message, command) };
  if (isSystemError(error)) return { code: codes.input, message: named(fileError(error, error.path).message, command) };
  const fault = moduleFault(error);
  if (fault) return { code: codes.input, message: named(fault.message, command) };
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: codes.bug, message: `twill has a fault of its own; please report it with these lines.\n${detail}` };
}

/** What a signal has ended below. */
const isAbort = (error: unknown): error is Error => error instanceof Error && error.name === 'AbortError';

/** Errors of the file system that no one below has put into words. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException & { path: string } {
  const { syscall, path } = error as NodeJS.ErrnoException;
  return error instanceof Error && typeof syscall === 'string' && typeof path === 'string';
}

/** `train: the message`, unless the message opens with the command itself. */
function named(message: string, command: string): string {
  return message.startsWith(`${command}:`) ? message : `${command}: ${message}`;
}

/** Names of flags elsewhere, which a distance in letters does not find. */
const synonyms: Readonly<Record<string, string>> = {
  '--learning-rate': '--lr',
  '--batch-size': '--batch',
  '--seq-len': '--length',
  '--context': '--length',
  '--output': '--out',
  '--epochs': '--steps',
  '--num-heads': '--heads',
  '--num-layers': '--layers',
  '--num-hidden-layers': '--layers',
  '--width': '--hidden-size',
  '--dim': '--hidden-size',
  '--temp': '--temperature',
  '--model': '--mixer',
};

function usageFailure({ code, message }: CommanderError, command: string): Failure {
  if (code === 'commander.helpDisplayed' || code === 'commander.version') return { code: codes.done, message: '' };
  if (code === 'commander.help') return { code: codes.input, message: '' }; // no command: the help has been printed
  const [first, hint] = message.replace(/^error: /, '').split('\n');
  const flag = /^unknown option '(--[^'=]*)/.exec(first)?.[1];
  const meant =
    /Did you mean (?:one of )?(.*)\?\)/.exec(hint ?? '')?.[1] ?? (flag && synonyms[flag.replaceAll('_', '-')]);
  const fact = shown(first.replace(/\.$/, '').replaceAll("'", '"'), 200);
  const where = command === 'twill' ? 'twill --help' : `twill ${command} --help`;
  return { code: codes.input, message: `${command}: ${fact}; ${meant ? `did you mean ${meant}?` : `see ${where}.`}` };
}
