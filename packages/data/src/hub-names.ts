// Names of data sets on the Hub among paths and patterns.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDynamicPattern } from 'tinyglobby';
import { kindOf } from './formats/kind.ts';
import { STANDARD_INPUT } from './standard-input.ts';

/** A data set of the Hub, or a part of it. */
export interface DatasetName {
  /** `org/name`. */
  readonly id: string;
  /** A branch, a tag or a commit; null: the newest. */
  readonly revision: string | null;
  /** `train`, or with the folder that it is in, `en/train`. */
  readonly split: string;
}

const PATTERN = /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?(?::([\w./-]+))?$/;

/** `org/name`, `org/name:validation`, `org/name@revision:en/train`, where no such path exists; else null. */
export function datasetNamed(pattern: string): DatasetName | null {
  const [, id, revision = null, split = 'train'] = PATTERN.exec(pattern) ?? [];
  if (id === undefined || pattern.startsWith('.') || isDynamicPattern(pattern) || existsSync(pattern)) return null;
  return kindOf(id).format === null ? { id, revision, split } : null;
}

/** Names of splits, as they stand in the names of files: what names none of them belongs to `train`. */
const SPLITS = /(^|[^a-z])(train|training|validation|valid|val|dev|test|testing|eval)([^a-z]|$)/i;

/**
 * The files of a split among those of a data set: whose names, or the folders they are in, have the split as a word.
 *
 * @param paths within the data set.
 */
export function filesOfSplit(paths: readonly string[], { split }: DatasetName): string[] {
  const [folder, name] = [split.slice(0, split.lastIndexOf('/') + 1), split.slice(split.lastIndexOf('/') + 1)];
  const word = new RegExp(`(^|[^a-z])${name.replaceAll('.', '\\.')}([^a-z]|$)`, 'i');
  const readable = paths.filter((path) => path.startsWith(folder) && kindOf(path).format !== null && !isAbout(path));
  const own = readable.filter((path) => word.test(path.slice(folder.length)));
  return own.length > 0 || name !== 'train' ? own : readable.filter((path) => !SPLITS.test(path.slice(folder.length)));
}

/** A text about the data set. */
const isAbout = (path: string): boolean => /(^|\/)(readme|license|changelog)(\.\w+)?$/i.test(path);

/** Of a weight and what it is of, `0.7:web/*.txt`, where no such path exists: how much of a mixture it is. */
export function weighted(pattern: string): { readonly weight: number | null; readonly pattern: string } {
  const [, weight, rest] = /^(\d+|\d*\.\d+):(.+)$/.exec(pattern) ?? [];
  if (weight === undefined || existsSync(pattern)) return { weight: null, pattern };
  return { weight: Number(weight), pattern: rest };
}

/** A pattern as it holds from any directory. @param directory that it was given in. */
export function fromAnywhere(given: string, directory: string = process.cwd()): string {
  const { weight, pattern } = weighted(given);
  const path = resolve(directory, pattern);
  const isPath = pattern !== STANDARD_INPUT && (existsSync(path) || datasetNamed(pattern) === null);
  const whole = isPath ? path : pattern;
  return weight === null ? whole : `${weight}:${whole}`;
}
