// What stands at a path where a model or a run was expected, in words that lead to one.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attempt } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';

/** @throws FileError when a path can hold no model: it has no config.json. */
export function requireModel(path: string): void {
  if (!existsSync(join(path, 'config.json'))) throw new FileError(`${path}: ${whatStandsAt(path)}.`);
}

/** For `--resume` where no run is. */
export function noRun(path: string): FileError {
  const what = existsSync(join(path, 'config.json'))
    ? 'has a model and no run.json; name another, or begin a run elsewhere'
    : whatStandsAt(path);
  return new FileError(`--resume: ${path} holds no run to resume, it ${what}.`);
}

/** What a directory without a model is, and what to do instead: two half sentences. */
function whatStandsAt(path: string): string {
  if (!existsSync(path)) return 'does not exist; check the path';
  if (!isDirectory(path)) return 'is a file where a directory is needed; name the directory of a model';
  const names = attempt(path, () => readdirSync(path)).sort();
  const has = (name: string) => names.includes(name);
  if (has('adapter_config.json')) return 'holds an adapter; name its model, and this by --adapter';
  if (has('state.json')) return `holds a checkpoint; name its run, ${dirname(dirname(path))}`;
  const cells = join(path, 'cells');
  const within = [...names.map((name) => join(path, name)), ...(isDirectory(cells) ? namesIn(cells) : [])];
  const model = within.find((at) => isDirectory(at) && existsSync(join(at, 'config.json')));
  const what = has('sweep.json') ? 'holds a sweep' : model ? 'holds directories of models' : 'has no config.json';
  if (model) return `${what}; name one of them, such as ${model}`;
  return `${what}${names.length === 0 ? ', it is empty' : ''}; name a model directory`;
}

const namesIn = (path: string): string[] => readdirSync(path).map((name) => join(path, name));

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
