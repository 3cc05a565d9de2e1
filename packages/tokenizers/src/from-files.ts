// A tokenizer from the files beside each other in a model's directory: tokenizer.json, and what says how it is used.
import { FileError, knownOnly, OptionError, shown } from '@twilljs/tensor';
import { type Json, type JsonObject, objectOf, parsedJson } from './file.ts';
import { tokenizerFromJson } from './from-json.ts';
import { sha256, type Tokenizer } from './tokenizer.ts';

/** Texts of files, by their names in the directory. */
export interface TokenizerFiles {
  readonly 'tokenizer.json': string;
  /** Names the tokens of beginning, end and padding, and may hold chat templates. */
  readonly 'tokenizer_config.json'?: string;
  /** The chat template, before any in `tokenizer_config.json`. */
  readonly 'chat_template.jinja'?: string;
  /** Names tokens that `tokenizer_config.json` does not. */
  readonly 'special_tokens_map.json'?: string;
}

/** All names of files that are read. */
export const tokenizerFileNames: readonly (keyof TokenizerFiles)[] = [
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
  'special_tokens_map.json',
];

/** By what path messages name the files. */
export interface FromFilesOptions {
  /** The directory, for errors. Default: none is named. */
  readonly path?: string;
}

/**
 * The tokenizer of a model: `tokenizerFromJson`, with the tokens of beginning, end and padding and the chat templates that its other
 * files name. The digest is also of the tokens of beginning and end, which stand around documents.
 *
 * @throws FileError which names the file that is broken or contradicts another.
 */
export function tokenizerFromFiles(files: TokenizerFiles, options: FromFilesOptions = {}): Tokenizer {
  knownOnly('tokenizerFromFiles', options, ['path']);
  knownOnly('tokenizerFromFiles: files', files, tokenizerFileNames);
  for (const name of tokenizerFileNames) {
    if (typeof files[name] === 'string' || (name !== 'tokenizer.json' && files[name] === undefined)) continue;
    throw new OptionError(`tokenizerFromFiles: ${name} is ${shown(files[name])} where the text of a file is needed.`);
  }
  const where = (name: keyof TokenizerFiles): string => (options.path ? `${options.path}/${name}` : name);
  const read = (name: keyof TokenizerFiles): JsonObject =>
    files[name] === undefined ? {} : objectOf(parsedJson(files[name], where(name)), where(name));

  const base = tokenizerFromJson(files['tokenizer.json'], { path: where('tokenizer.json') });
  const config = read('tokenizer_config.json');
  const map = read('special_tokens_map.json');
  const idOf = (name: string): number | null => {
    const at = where((config[name] ?? null) === null ? 'special_tokens_map.json' : 'tokenizer_config.json');
    const value = config[name] ?? map[name] ?? null;
    if (value === null) return null;
    const token = typeof value === 'string' ? value : objectOf(value, `${at}: ${name}`).content;
    const id = typeof token === 'string' ? base.tokenToId(token) : null;
    if (id !== null) return id;
    throw new FileError(
      `${at}: its ${name} is ${shown(token)}, which ${where('tokenizer.json')} does not have; add it to the added_tokens there, or correct the name.`,
    );
  };
  const [bosId, eosId, padId] = [idOf('bos_token'), idOf('eos_token'), idOf('pad_token')];
  const chatTemplates = templatesOf(config.chat_template ?? null, where('tokenizer_config.json'));
  const own = files['chat_template.jinja'];
  if (own !== undefined) chatTemplates.set('default', own);
  return {
    ...{ ...base, bosId, eosId, padId, chatTemplates },
    // A file alone, and in a directory that says no more, are one tokenizer.
    digest: async () =>
      bosId === null && eosId === null ? base.digest() : sha256(`${await base.digest()} ${bosId} ${eosId}`),
  };
}

/** One text, or a list of them with names. */
function templatesOf(value: Json, where: string): Map<string, string> {
  if (value === null) return new Map();
  if (typeof value === 'string') return new Map([['default', value]]);
  const refused = (what: Json | undefined) =>
    new FileError(`${where}: its chat_template has ${shown(what)}; a text, or { name, template } each, is needed.`);
  if (!Array.isArray(value)) throw refused(value);
  return new Map(
    value.map((entry) => {
      const { name, template } = objectOf(entry, `${where}: an entry of chat_template`);
      if (typeof name !== 'string' || typeof template !== 'string') throw refused(entry);
      return [name, template];
    }),
  );
}
