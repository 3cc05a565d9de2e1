// Data sets in directories.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '@twilljs/hub/node';
import { type Found, splitFiles, type Wanted } from './split-files.ts';

/** Folders within a data set that are looked into, at most so deep: `config/split/part.parquet`, and one more. */
const DEEP = 4;

/**
 * The files of a split below a directory: in `org/name`, in `name`, or in the directory itself.
 *
 * @returns null where none of them has it.
 * @throws FileError as `splitFiles`, and for a directory that cannot be read.
 */
export function filesBelow(directory: string, wanted: Wanted): Found | null {
  const [, name] = wanted.dataset.id.split('/');
  for (const base of [join(directory, wanted.dataset.id), join(directory, name ?? wanted.dataset.id), directory]) {
    if (!isDirectory(base)) continue;
    const found = splitFiles(pathsIn(base, base === directory ? wanted.dataset.config : null), wanted, base);
    if (found) return { ...found, paths: found.paths.map((path) => join(base, path)) };
  }
  return null;
}

/** Paths in a directory. @param only of its folders this one is looked into, and `data`; null: all. */
function pathsIn(base: string, only: string | null): string[] {
  const paths: string[] = [];
  const walk = (within: string, depth: number): void => {
    const at = join(base, within);
    for (const entry of attempt(at, () => readdirSync(at, { withFileTypes: true }))) {
      if (entry.name.startsWith('.')) continue;
      const path = within === '' ? entry.name : `${within}/${entry.name}`;
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && isDirectory(join(base, path)));
      if (!isFolder) paths.push(path);
      else if (depth < DEEP && (within !== '' || only === null || path === only || path === 'data')) {
        walk(path, depth + 1);
      }
    }
  };
  walk('', 1);
  return paths;
}

export const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
