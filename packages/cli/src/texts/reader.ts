// What the reading of texts needs from a terminal: the Hub, a view of what takes long, and Ctrl-C.
import { join } from 'node:path';
import { type DatasetName, filesOfSplit, type TextsOptions } from '@twilljs/data/node';
import { listRepository } from '@twilljs/hub/node';
import type { Context } from '../command.ts';
import { fetchRepository } from '../hub/fetch.ts';
import { readingView } from './view.ts';

export type TextReader = Required<Pick<TextsOptions, 'dataset' | 'onProgress' | 'signal'>>;

export function textReader(context: Pick<Context, 'terminal' | 'note'>): TextReader {
  return {
    dataset: (name) => datasetFiles(name, context),
    onProgress: readingView(context.terminal),
    signal: context.terminal.signal,
  };
}

/** The files of a split, fetched where they are not there. */
async function datasetFiles(name: DatasetName, context: Pick<Context, 'terminal' | 'note'>): Promise<string[]> {
  const { id, revision } = name;
  const which = { kind: 'dataset', ...(revision !== null && { revision }) } as const;
  const { files } = await listRepository(id, { ...which, signal: context.terminal.signal });
  const chosen = filesOfSplit(
    files.map(({ path }) => path),
    name,
  );
  if (chosen.length === 0) return [];
  const { directory } = await fetchRepository(id, { ...which, files: chosen.map((path) => `/${path}`) }, context);
  return chosen.map((path) => join(directory, path));
}
