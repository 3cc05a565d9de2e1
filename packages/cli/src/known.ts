// What names may mean on a command line: what twilljs knows, and the user's own, where a path stands in the place of a name.
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { wrapped } from '@twilljs/report';
import { type Known, measureWord } from '@twilljs/sweep';
import { isModulePath, knownWith, type LoadedModule, loadModule, type ModuleKind } from '@twilljs/sweep/node';
import { FileError, OptionError } from '@twilljs/tensor';
import { known } from 'twilljs';

/**
 * What twilljs knows, and what modules add to it.
 *
 * @param begunIn the run whose record names modules, which may have moved since.
 */
export async function knownHere(modules: readonly string[], begunIn?: string): Promise<Known> {
  const gone = modules.find((path) => !existsSync(path));
  if (begunIn === undefined || gone === undefined) return knownWith(known, modules);
  throw new FileError(
    `${join(begunIn, 'run.json')} names the module ${gone}, which does not exist; bring it back, or say by --mixer, --task or --measure where it is now.`,
  );
}

/** The value in the module of a flag. @throws OptionError when it is of another kind. */
export async function moduleOf(flag: string, kind: ModuleKind, path: string): Promise<LoadedModule['value']> {
  const { kind: found, value } = await loadModule(path);
  if (found === kind) return value;
  throw new OptionError(`${flag} ${path}: exports a ${found} where a ${kind} is needed; name another module.`);
}

/** The name that a flag means: of a path, that of the value in its module. */
export async function named(flag: string, kind: ModuleKind, given: string): Promise<string> {
  return isModulePath(given) ? String((await moduleOf(flag, kind, given)).name) : given;
}

/** Modules of a run, and those that are named now: one that has moved takes the place of that with its file name. */
export function modulesNow(before: readonly string[], now: readonly (string | undefined)[]): string[] {
  const given = now.filter(isModulePath);
  const names = given.map((path) => basename(path));
  return [...before.filter((path) => !names.includes(basename(path))), ...given];
}

/** The measures of this version that are no task's own, for help texts. */
export function measureList(): string {
  const lines = (known.measures ?? []).map(({ name, title }) => `  ${measureWord(name)}: ${title}`);
  return `Further measures, of any task:\n${lines.join('\n')}`;
}

/** The tasks of this version with their options, for help texts. */
export function taskList(): string {
  const lines = known.tasks.map(({ name, aliases = [], summary, fields }) => {
    const options = Object.entries(fields).map(([field, { default: value }]) => `${field} ${value}`);
    const text = `${[name, ...aliases].join(', ')}: ${summary}; ${options.join(', ')}`;
    return wrapped(text, 96).replace(/^/gm, '  ');
  });
  return `Tasks, and what their options are where nothing is said:\n${lines.join('\n')}`;
}
