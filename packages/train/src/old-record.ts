// Records of version 0.1 tell where a run came from by its command line alone: here it is read, and nowhere else.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Every, type Origin, RECORD, type WrittenRecord } from './record.ts';
import { readSealed } from './seal.ts';

type Told = Pick<WrittenRecord, 'command' | 'init'>;

/** What newer records have in fields of their own. */
export function beforeOrigins({ command, init }: Told): { origin: Origin; every: Every } {
  const firstOf = (flag: string) => valuesOf(command, flag).at(0) ?? null;
  const stepsOf = (flag: string) => Number(firstOf(flag)) || null;
  return {
    origin: {
      text: valuesOf(command, '--data'),
      evaluation: valuesOf(command, '--eval-data'),
      modules: modulesOf({ command, init }, new Set()),
      measures: [],
      device: firstOf('--device'),
    },
    every: { validation: stepsOf('--eval-every'), checkpoint: stepsOf('--checkpoint-every') },
  };
}

/** The words after a flag, up to the next one. */
function valuesOf(command: readonly string[], flag: string): string[] {
  const from = command.indexOf(flag) + 1;
  if (from === 0) return [];
  const next = command.findIndex((word, i) => i >= from && word.startsWith('--'));
  return command.slice(from, next === -1 ? undefined : next);
}

/** The mixer of a run, or of the run whose weights it began with. */
function modulesOf({ command, init }: Told, seen: Set<string>): string[] {
  const own = valuesOf(command, '--mixer').filter((name) => /[\\/]|\.m?[jt]s$/.test(name));
  const path = typeof init?.directory === 'string' ? join(init.directory, RECORD) : null;
  if (own.length > 0 || !path || seen.has(path) || !existsSync(path)) return own;
  const before = readSealed(path) as Partial<Told>;
  const isOld = Array.isArray(before.command) && before.command.every((word) => typeof word === 'string');
  return isOld ? modulesOf({ command: before.command ?? [], init: before.init ?? null }, seen.add(path)) : [];
}
