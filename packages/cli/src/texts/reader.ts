// What the reading of texts needs from a terminal: the Hub, a view of what takes long, and Ctrl-C.
import type { TextsOptions } from '@twilljs/data/node';
import { datasetFiles } from '@twilljs/train/node';
import type { Context } from '../command.ts';
import { fetchRepository } from '../hub/fetch.ts';
import { readingView } from './view.ts';

export type TextReader = Required<Pick<TextsOptions, 'dataset' | 'onProgress' | 'signal'>>;

export function textReader(context: Pick<Context, 'terminal' | 'note'>): TextReader {
  return {
    dataset: (name) => datasetFiles(name, (id, options = {}) => fetchRepository(id, options, context)),
    onProgress: readingView(context.terminal),
    signal: context.terminal.signal,
  };
}
