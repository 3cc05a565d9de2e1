// Which files of a data set hold a split, by their paths: as the Hub has them, as its Parquet mirror has them, and as people lay them out.
import { holdsRows } from '@twilljs/data/node';
import { FileError } from '@twilljs/tensor';
import type { Dataset } from '../benchmarks/benchmark.ts';

/** What is looked for. */
export interface Wanted {
  readonly dataset: Pick<Dataset, 'id' | 'config'>;
  readonly split: string;
}

export interface Found {
  /** In the order of their rows. */
  readonly paths: readonly string[];
  /** Whether the configuration of the data set is named by where they are, or it has none. */
  readonly isConfigNamed: boolean;
}

/** The folder of a configuration that has no name, in the Parquet mirror. */
const UNNAMED = 'default';

/**
 * The files of a split among those of a data set: below a folder with the name of the configuration, those whose names or folders have
 * the split as a word (`ARC-Easy/test-00000-of-00001.parquet`, `ARC-Easy/test/0000.parquet`); else those in `data`, or at the top.
 *
 * @param paths within the data set, of any files.
 * @param where it is, for messages.
 * @returns null where there are none.
 * @throws FileError when several files might be meant, or a part of a split is missing.
 */
export function splitFiles(paths: readonly string[], { dataset, split }: Wanted, where: string): Found | null {
  const config = dataset.config ?? UNNAMED;
  const tables = paths.filter(holdsRows);
  const named = tables.filter((path) => path.startsWith(`${config}/`) && hasWord(path.slice(config.length), split));
  if (named.length > 0) return { paths: partsOf(named, where, split), isConfigNamed: true };
  const above = tables.filter((path) => /^(data\/)?[^/]+$/.test(path) && hasWord(path.replace('data/', ''), split));
  const own = above.filter((path) => dataset.config !== null && hasWord(path, dataset.config));
  const chosen = own.length > 0 ? own : above;
  if (chosen.length === 0) return null;
  return { paths: partsOf(chosen, where, split), isConfigNamed: own.length > 0 || dataset.config === null };
}

/** Letters around a word are no letters. */
function hasWord(path: string, word: string): boolean {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(^|[^a-z])${escaped}([^a-z]|$)`, 'i').test(path);
}

/** Files that differ in a number alone are parts of one table. */
function partsOf(paths: readonly string[], where: string, split: string): string[] {
  const sorted = [...paths].sort();
  const stems = new Map(sorted.map((path) => [path.replace(/\d+/g, '#'), path]));
  if (stems.size > 1) {
    const several = [...stems.values()].join(' and ');
    throw new FileError(
      `${where}: ${several} both may be the split ${split}; leave one of them, or name it: --data task=path.`,
    );
  }
  const of = Number(/-of-0*(\d+)\./.exec(sorted[0])?.[1] ?? sorted.length);
  if (of === sorted.length) return sorted;
  throw new FileError(
    `${where}: ${sorted[0]} is one of ${of} parts but ${sorted.length} ${sorted.length === 1 ? 'is' : 'are'} here; get the others too.`,
  );
}
