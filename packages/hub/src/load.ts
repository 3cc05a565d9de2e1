// A model with its tokenizer, by one call: from chosen files, from an address, by a name on the Hub.

import { OptionError, shown } from '@twilljs/tensor';
import { type Tokenizer, tokenizerFileNames, tokenizerFromFiles } from '@twilljs/tokenizers';
import { readModelFolder } from './folder.ts';
import { checkModelOptions, type LoadedModel, type ModelOptions, modelFromFiles } from './model.ts';
import type { FileOf, UrlOf } from './platform.ts';
import { isRepositoryId } from './remote/repository.ts';
import { filesFolder } from './sources/blob.ts';
import { decodeText, type Folder } from './sources/source.ts';
import { urlFolder } from './sources/url.ts';

/** Options of `load`. */
export interface LoadOptions extends ModelOptions {
  /** Of a model on the Hub: a branch, a tag or a commit. Default: `main`. */
  readonly revision?: string;
}

/** A model with what lay beside its weights. */
export interface Loaded extends LoadedModel {
  /** Of its `tokenizer.json`, and of the files that say how it is used; null where there is none. */
  readonly tokenizer: Tokenizer | null;
  /** What lay beside the weights, by name and as it was: hand it to `save`, so that the copy is as complete. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Where a model is: its files, an address below which they are, or its name on the Hub. */
export type ModelPlace = string | UrlOf | Iterable<FileOf> | ArrayLike<FileOf>;

/** What cannot be part of the name of a revision. */
const checkedRevision = (revision: unknown): string => {
  if (typeof revision === 'string' && /^[\w./-]+$/.test(revision)) return revision;
  throw new OptionError(`load: revision is ${shown(revision)}; give a branch, a tag or a commit, such as main.`);
};

/**
 * Loads a model: one that flash-linear-attention or Hugging Face Transformers wrote, or `save`. No key map is needed. The weights go part
 * by part from where they are to the device, and are read once.
 *
 * @param where the files (of `<input type="file" webkitdirectory multiple>`); an address below which they are, on a server that sends
 * ranges; or `org/name` on the Hub. In Node (`twilljs/node`) also a directory.
 * @throws FileError for files that are missing, damaged or do not fit each other, and for a server without ranges.
 * @throws OptionError for a configuration that cannot be.
 */
export async function load(where: ModelPlace, options: LoadOptions): Promise<Loaded> {
  checkLoadOptions(options);
  return loadFolder(folderOf(where, options), options);
}

export function checkLoadOptions(options: LoadOptions): void {
  checkModelOptions('load', options, ['revision']);
  checkedRevision(options.revision ?? 'main');
}

/**
 * The files of a model or an adapter that are in no directory on this machine.
 *
 * @param what it is, for messages.
 * @throws OptionError for what is none.
 */
export function folderOf(
  where: ModelPlace,
  { revision = 'main', signal }: Pick<LoadOptions, 'revision' | 'signal'>,
  what: 'model' | 'adapter' = 'model',
): Folder {
  if (where instanceof URL && /^https?:$/.test(where.protocol)) return urlFolder(where, signal);
  if (typeof where === 'string') {
    if (/^https?:\/\//.test(where) && URL.canParse(where)) return urlFolder(new URL(where), signal);
    if (isRepositoryId(where))
      return urlFolder(
        new URL(`https://huggingface.co/${where}/resolve/${encodeURIComponent(checkedRevision(revision))}/`),
        signal,
      );
  } else if (typeof where === 'object' && where !== null && !(where instanceof URL)) return filesFolder(where);
  throw new OptionError(
    `${what === 'model' ? 'load' : 'loadAdapter'}: ${shown(where)} is no ${what} that can be reached from here; give files, an address (https://...) or a name on the Hub (org/name).`,
  );
}

/** The model in a folder. @param notes what is known of the folder before. */
export async function loadFolder(
  folder: Folder,
  { revision: _, ...options }: LoadOptions,
  notes: readonly string[] = [],
): Promise<Loaded> {
  const { files = new Map(), ...stored } = await readModelFolder(folder);
  const tokenizer = tokenizerIn(files, folder.name);
  const loaded = await modelFromFiles(stored, options, folder.name);
  const ids = loaded.model.config.model.vocab_size;
  const other = ['tokenizer.model', 'vocab.json'].find((name) => files.has(name));
  const about =
    tokenizer === null && other
      ? [`its tokenizer is in ${other}, which is not read; let Python's transformers save it as ${TOKENIZER}.`]
      : tokenizer && tokenizer.vocabSize > ids
        ? [`its tokenizer has ${tokenizer.vocabSize} ids, the model reads those below ${ids}.`]
        : [];
  const all = [...notes, ...loaded.notes, ...about.map((note) => `${folder.name}: ${note}`)];
  return { model: loaded.model, tokenizer, files, notes: all };
}

const TOKENIZER = 'tokenizer.json';

function tokenizerIn(files: ReadonlyMap<string, Uint8Array>, path: string): Tokenizer | null {
  if (!files.has(TOKENIZER)) return null;
  const texts = tokenizerFileNames.flatMap((name) => {
    const bytes = files.get(name);
    return bytes ? [[name, decodeText(bytes, `${path}/${name}`)]] : [];
  });
  return tokenizerFromFiles(Object.fromEntries(texts), { path });
}
