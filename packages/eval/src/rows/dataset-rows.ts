// The rows of the data sets that benchmarks ask for: from files that were named, from directories, or from the Hub.
import { existsSync } from 'node:fs';
import { readRows, type Table } from '@twilljs/data/node';
import { HubError, resolveRepository } from '@twilljs/hub/node';
import { FileError, knownOnly } from '@twilljs/tensor';
import type { Dataset } from '../benchmarks/benchmark.ts';
import type { Rows } from '../benchmarks/results.ts';
import { type Fetch, filesOnHub } from './from-hub.ts';
import { filesBelow, isDirectory } from './local.ts';
import type { Found, Wanted } from './split-files.ts';

/** Where rows of data sets lie, or whence they are fetched. */
export interface DatasetRowsOptions {
  /** Directories that are looked through, in order, for `org/name`, `name`, or the data set itself. Without any, the Hub is asked. */
  readonly directories?: readonly string[];
  /** Of single data sets a file, whose rows are those that are asked, or a directory. */
  readonly own?: readonly (readonly [dataset: Dataset, path: string])[];
  /** How the Hub is asked: a program may show what is fetched. Default `resolveRepository`. */
  readonly fetch?: Fetch;
  /** Told, a line each, what was read where. */
  note?(line: string): void;
}

/**
 * Reads the rows of data sets, each split once.
 *
 * @returns what `evaluateBenchmarks` asks for rows.
 * @throws FileError where a split is missing, naming what was looked for, where it comes from and the next step; and as `readRows`.
 */
export function datasetRows(options: DatasetRowsOptions = {}): (dataset: Dataset, split: string) => Promise<Rows> {
  knownOnly('datasetRows', options, ['directories', 'own', 'fetch', 'note']);
  const read = new Map<string, Promise<Rows>>();
  return (dataset, split) => {
    const key = [dataset.id, dataset.config, split].join('\n');
    const known = read.get(key);
    if (known) return known;
    const rows = rowsOf({ dataset, split }, options);
    read.set(key, rows);
    return rows;
  };
}

interface WantedRows extends Wanted {
  readonly dataset: Dataset;
}

async function rowsOf(wanted: WantedRows, options: DatasetRowsOptions): Promise<Rows> {
  const { note = () => {} } = options;
  const { paths, isConfigNamed } = await filesOf(wanted, options);
  const { id, config } = wanted.dataset;
  if (!isConfigNamed) note(`note: ${paths[0]} is read as ${config} of ${id}, which its path does not say`);
  const tables: Table[] = [];
  for (const path of paths) tables.push(await readRows(path));
  const rows = tables.flatMap(({ rows }) => rows);
  const begins = tables.map((_, i) => tables.slice(0, i).reduce((sum, { rows }) => sum + rows.length, 0));
  const place = (index: number) => {
    const table = begins.findLastIndex((begin, i) => begin <= index && tables[i].rows.length > 0);
    return tables[table].place(index - begins[table]);
  };
  return { rows, place };
}

async function filesOf(wanted: WantedRows, { directories = [], own = [], fetch }: DatasetRowsOptions): Promise<Found> {
  const { dataset, split } = wanted;
  const [, path] = own.find(([one]) => one.id === dataset.id && one.config === dataset.config) ?? [];
  if (path !== undefined) return namedFiles(path, wanted);
  for (const directory of directories) {
    requireDirectory(directory);
    const found = filesBelow(directory, wanted);
    if (found) return found;
  }
  const looked = directories.length > 0 ? `${directories.join(', ')} ${directories.length > 1 ? 'have' : 'has'}` : '';
  if (looked) {
    throw new FileError(
      `${dataset.id}: ${looked} no split ${split} of it${useOf(dataset, split)}; ${expected(dataset, split)} is expected there, with ${columnsOf(dataset)}. It is the split ${split}${ofConfig(dataset)} of the data set ${dataset.id} on the Hub: leave --data out, or run ${pulled(dataset)}.`,
    );
  }
  try {
    const found = await filesOnHub(wanted, fetch ?? resolveRepository);
    if (found) return found;
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw new FileError(
      `${error.message} Or give --data DIR with ${expected(dataset, split)} in it: rows of your own with ${columnsOf(dataset)}, or what ${pulled(dataset)} fetches where there is a network.`,
      { cause: error },
    );
  }
  throw new FileError(`${dataset.id}: the Hub has no split ${split}${ofConfig(dataset)}; give --data DIR with rows.`);
}

/** A file has the rows that are asked and no others. */
function namedFiles(path: string, wanted: WantedRows): Found {
  const { dataset, split } = wanted;
  if (!existsSync(path)) throw new FileError(`${path}: does not exist; check the path.`, { path });
  if (!isDirectory(path)) {
    if (split === dataset.splits.evaluation) return { paths: [path], isConfigNamed: true };
    throw new FileError(
      `${path} has the rows that are asked, but examples come from the split ${split}; name a directory with ${dataset.splits.evaluation}.jsonl and ${split}.jsonl, or ask for no --shots.`,
      { path },
    );
  }
  const found = filesBelow(path, wanted);
  if (found) return { ...found, isConfigNamed: true };
  throw new FileError(`${path}: it has no split ${split}; ${split}.jsonl is expected there.`, { path });
}

function requireDirectory(path: string): void {
  if (isDirectory(path)) return;
  const fact = existsSync(path) ? 'is a file; name a directory, or say of which task: --data task=' : null;
  throw new FileError(fact ? `${path} ${fact}${path}.` : `${path}: does not exist; check the path.`, { path });
}

/** The first of the places that are looked at. */
const expected = ({ id, config }: Dataset, split: string): string =>
  [id, ...(config === null ? [] : [config]), `${split}*.{parquet,jsonl,json,csv}`].join('/');

const ofConfig = ({ config }: Dataset): string => (config === null ? '' : ` of ${config}`);

/** What a split is needed for, where it is not asked itself. */
const useOf = ({ splits }: Dataset, split: string): string =>
  split === splits.evaluation ? '' : ', which the examples of --shots come from';

const columnsOf = ({ columns }: Dataset): string => {
  const names = Object.keys(columns);
  return `the ${names.length === 1 ? 'column' : 'columns'} ${names.join(', ')}`;
};

const pulled = ({ id }: Dataset): string => `twill hub pull ${id} --dataset --revision refs/convert/parquet`;
