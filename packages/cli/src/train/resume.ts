// What a resumed run takes from its record: every flag that is not given again. What is given must not contradict it.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { STANDARD_INPUT } from '@twilljs/data/node';
import type { JsonObject } from '@twilljs/hub';
import { readConfigFile } from '@twilljs/hub/node';
import { FileError, isTwillError, OptionError } from '@twilljs/tensor';
import { type Command, CommanderError } from 'commander';
import type { DeviceName } from '../command.ts';
import { type Concern, trainFlags } from './flag-table.ts';
import { type FlagName, type Given, isModule, kebab } from './flags.ts';

/** All that the command line says, or said when the run began. */
export interface Asked {
  readonly given: Given;
  readonly seed: number | undefined;
  readonly device: DeviceName | undefined;
}

/** What stands on the command line, defaults left out. */
export function askedOf(command: Command): Asked {
  const said = Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) === 'cli');
  const { seed, device, json: _, ...given } = Object.fromEntries(said);
  return { given, seed, device };
}

/** `run.json` of a directory, or null where there is none. */
export function readRecord(directory: string): JsonObject | null {
  const path = join(directory, 'run.json');
  return existsSync(path) ? readConfigFile(path) : null;
}

/**
 * Fills in from the record what is not asked for now.
 *
 * @param parse parses the recorded command line with a fresh command, and prints nothing.
 * @throws OptionError when a flag is not what it was; FileError when the record has no command line of `twill train`.
 */
export function withRecord(
  asked: Asked,
  record: JsonObject,
  directory: string,
  parse: (argv: string[]) => Asked,
): Asked {
  const path = join(directory, 'run.json');
  const before = commandOf(record, path, parse);
  for (const name of Object.keys(trainFlags) as FlagName[]) {
    const { concern } = trainFlags[name];
    if (!compared.includes(concern) || name === 'steps') continue;
    const [was, is] = [before.given[name], asked.given[name]];
    if (was === undefined || is === undefined || was === is) continue;
    if (name === 'mixer' && isModule(String(is)) && wholePath(String(is)) === was) continue;
    throw new OptionError(`--${kebab(name)} is ${is} but ${was} in ${path}; leave it out, or choose another --out.`);
  }
  if (asked.given.init !== undefined && before.given.init === undefined) {
    throw new OptionError(
      `--init is ${asked.given.init} but the run in ${path} began with fresh weights; leave it out, or choose another --out.`,
    );
  }
  const seed = asked.seed ?? before.seed;
  if (before.seed !== undefined && seed !== before.seed) {
    throw new OptionError(`--seed is ${seed} but ${before.seed} in ${path}; leave it out, or choose another --out.`);
  }
  return {
    given: { ...withoutRivals(before.given, asked.given), ...asked.given },
    seed,
    device: asked.device ?? before.device,
  };
}

/** What flags may not contradict. The run itself compares its weights, and looks at its steps: more of them are a longer plan. */
const compared: readonly Concern[] = ['model', 'data', 'training'];

/** What the recorded command line said. */
function commandOf({ command }: JsonObject, path: string, parse: (argv: string[]) => Asked): Asked {
  const refuse = (why: string) =>
    new FileError(`${path}: ${why}, so the run cannot go on from here; correct it there, or use another --out.`);
  const isText = Array.isArray(command) && command.every((word) => typeof word === 'string');
  if (!isText || command[1] !== 'train') throw refuse('has no command of twill train');
  try {
    return parse(command.slice(2) as string[]);
  } catch (error) {
    if (!isTwillError(error) && !(error instanceof CommanderError)) throw error;
    // commander's own words for --help and --version are none: nobody asked for them now.
    const [why] = error.message.replace(/^error: |\.$/g, '').split('\n');
    throw refuse(`its command is none that trains (${why})`);
  }
}

/** The values of `--data` in the command of a record; none where it has no such command. */
export function recordedData({ command }: JsonObject): string[] {
  const words = Array.isArray(command) ? command.filter((word) => typeof word === 'string') : [];
  const from = words.indexOf('--data') + 1;
  if (from === 0) return [];
  const next = words.findIndex((word, i) => i >= from && word.startsWith('--'));
  return words.slice(from, next === -1 ? undefined : next);
}

/** The value of `--mixer` in the command of a record. */
export function recordedMixer({ command }: JsonObject): string | undefined {
  const at = Array.isArray(command) ? command.indexOf('--mixer') : -1;
  const mixer = at < 0 ? undefined : (command as unknown[])[at + 1];
  return typeof mixer === 'string' ? mixer : undefined;
}

/** The configuration that a run recorded. */
export function modelOf({ model }: JsonObject, directory: string): JsonObject {
  if (typeof model === 'object' && model !== null && !Array.isArray(model)) return model;
  const path = join(directory, 'run.json');
  throw new FileError(`${path}: model is ${JSON.stringify(model) ?? 'missing'} where an object is needed; correct it.`);
}

/**
 * What a run reads, by the paths that its record has: they hold where the run began.
 *
 * @throws FileError that says so, where a path does not.
 */
export async function whereItBegan<T>(directory: string, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (!isTwillError(error) || !error.message.startsWith('data: ')) throw error;
    const path = join(directory, 'run.json');
    throw new FileError(`${path} names the text: ${error.message.slice(6, -1)}, or say by --data where it is now.`);
  }
}

/** Two flags that exclude each other must both be seen: the recorded one is kept beside a new rival, which is then refused. */
function withoutRivals(before: Given, now: Given): Given {
  const { config, ...rest } = before;
  return config !== undefined && now.config === undefined ? rest : before;
}

/** The command line that says all this, from any directory: what it reads stands in it by its whole path. */
export function argvOf({ given, seed, device }: Asked): string[] {
  const argv = ['twill', 'train'];
  for (const [name, value] of Object.entries(given)) {
    if (name === 'resume' || value === undefined) continue;
    const words = Array.isArray(value) ? value : [String(value)];
    argv.push(`--${kebab(name)}`, ...(isPath(name, words) ? words.map(wholePath) : words));
  }
  if (seed !== undefined) argv.push('--seed', String(seed));
  if (device !== undefined) argv.push('--device', device);
  return argv;
}

/** Flags whose values are paths. */
const paths: readonly string[] = ['data', 'evalData', 'config', 'init'] satisfies (keyof Given)[];

function isPath(name: string, [first]: readonly string[]): boolean {
  return paths.includes(name) || (name === 'mixer' && isModule(first));
}

function wholePath(path: string): string {
  return path === STANDARD_INPUT ? path : resolve(path);
}
