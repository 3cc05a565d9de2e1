// What --tasks and --data name: benchmarks and suites by their names, those of the user's own by the paths of modules, and where their rows are.
import { existsSync } from 'node:fs';
import { type Benchmark, benchmarksIn, type Dataset, type Maker, type MakerFile, type Suite } from '@twilljs/eval';
import { isModulePath, loadModule } from '@twilljs/sweep/node';
import { nearest, OptionError } from '@twilljs/tensor';
import { suites } from 'twilljs';
import { shown } from '../flags.ts';
import { makersIn } from './made.ts';

export type Named = Benchmark | Suite;

/** All that have a name, a suite before its members. */
export const allNamed = (of: readonly Suite[] = suites): Named[] => of.flatMap(withMembers);

const withMembers = (one: Named): Named[] => ('members' in one ? [one, ...one.members.flatMap(withMembers)] : [one]);

/** @param given `lm,arc_easy,./mine.mjs`. @throws OptionError for a name that is not known, or is there twice. */
export async function benchmarksNamed(given: string, of: readonly Suite[] = suites): Promise<Named[]> {
  const names = given.split(',').map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new OptionError(`--tasks names ${shown(twice) || 'nothing'} twice; give it once.`);
  const named: Named[] = [];
  for (const name of names) named.push(isModulePath(name) ? await moduleAt(name) : known(name, of));
  return named;
}

async function moduleAt(path: string): Promise<Named> {
  const { kind, value } = await loadModule(path);
  if (kind === 'benchmark' || kind === 'suite') return value;
  throw new OptionError(
    `--tasks ${path}: exports a ${kind} where a benchmark or a suite is needed; name another module.`,
  );
}

function known(name: string, of: readonly Suite[]): Named {
  const all = allNamed(of);
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const near = nearest(
    name,
    all.map((one) => one.name),
  );
  throw new OptionError(
    `--tasks names ${name === '' ? 'nothing' : shown(name)} where a task or a suite is needed; ${near ? `did you mean ${near}?` : 'twill eval --tasks list has all.'}`,
  );
}

/** Where rows are looked for. */
export interface Places {
  readonly directories: readonly string[];
  readonly own: readonly (readonly [dataset: Dataset, path: string])[];
  /** What documents are made from. */
  readonly files: readonly (readonly [file: MakerFile, path: string])[];
}

/**
 * @param values of --data: directories of data sets, and `task=path` for one's own rows.
 * @throws OptionError for a task that is not asked for, and for a data set in two places.
 */
export function placesOf(values: readonly string[], asked: readonly Named[]): Places {
  const directories: string[] = [];
  const own: (readonly [Dataset, string])[] = [];
  const files: (readonly [MakerFile, string])[] = [];
  for (const value of values) {
    const [, name, path] = (existsSync(value) ? null : /^([\w.-]+)=(.+)$/s.exec(value)) ?? [];
    if (name === undefined) {
      directories.push(value);
      continue;
    }
    const found = asked.flatMap(withMembers).find((one) => one.name === name);
    if (!found) {
      throw new OptionError(
        `--data ${shown(value)} is for ${shown(name)}, which --tasks does not name; name it there, or leave it out here.`,
      );
    }
    if (benchmarksIn([found]).every(({ dataset }) => dataset.maker)) {
      files.push([fileOf(makersIn([found]), name, value, files, path), path]);
      continue;
    }
    for (const { dataset } of benchmarksIn([found])) {
      const [, other] = own.find(([one]) => one.id === dataset.id && one.config === dataset.config) ?? [];
      if (other !== undefined && other !== path) {
        throw new OptionError(
          `--data gives ${shown(dataset.id)} two places, ${shown(other)} and ${shown(path)}; tasks of one data set read the same rows, so give one.`,
        );
      }
      own.push([dataset, path]);
    }
  }
  return { directories, own, files };
}

/** The one file that the documents of a task, or of all tasks of a suite, are made from. */
function fileOf(
  makers: readonly Maker[],
  name: string,
  value: string,
  before: Places['files'],
  path: string,
): MakerFile {
  const found = new Map(makers.flatMap(({ file }) => (file ? [[file.setting, file] as const] : [])));
  const [file] = found.values();
  if (found.size !== 1) {
    const fact = found.size === 0 ? 'are made without a file' : 'are made from several files';
    throw new OptionError(
      `--data ${shown(value)}: the documents of ${name} ${fact}; ${found.size === 0 ? 'leave it out' : 'name one of its tasks'}.`,
    );
  }
  const [, other] = before.find(([one]) => one.setting === file.setting) ?? [];
  if (other === undefined || other === path) return file;
  throw new OptionError(
    `--data gives two files, ${shown(other)} and ${shown(path)}, for ${file.what}; tasks share it, so give one.`,
  );
}
