// The tokenizer of a model's directory.
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FileError } from '@twilljs/tensor';
import {
  type Tokenizer,
  type TokenizerFiles,
  tokenizerFileNames,
  tokenizerFromFiles,
  tokenizerFromJson,
} from '@twilljs/tokenizers';
import { listDirectory, readText } from './files.ts';

const FILE = 'tokenizer.json';

/** Tokenizers in forms that are not read. */
const OTHERS =
  /^(tokenizer\.model|spiece\.model|sentencepiece\.bpe\.model|vocab\.(json|txt)|merges\.txt|.*\.tiktoken)$/;

const ASK = `let Transformers write a ${FILE}: AutoTokenizer.from_pretrained(...).save_pretrained(...).`;

/**
 * Reads a tokenizer: a `tokenizer.json`, or the one of a directory, with the files beside it that say how it is used.
 *
 * @returns null for a directory without one, whose model reads bytes.
 * @throws FileError when the path does not exist, a file is broken, or the tokenizer is there in another form only.
 */
export async function readTokenizer(path: string): Promise<Tokenizer | null> {
  const files = readTokenizerFiles(path);
  if (files === null) return null;
  if (!isDirectory(path) && basename(path) !== FILE) return tokenizerFromJson(files[FILE], { path });
  return tokenizerFromFiles(files, { path: isDirectory(path) ? path : dirname(path) });
}

const isDirectory = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** The texts of a tokenizer's files, by name, as they go to another directory. @returns and @throws as `readTokenizer`. */
export function readTokenizerFiles(path: string): TokenizerFiles | null {
  if (!isDirectory(path)) {
    const text = readText(path);
    if (OTHERS.test(basename(path))) throw new FileError(`${path}: such a file is not read; ${ASK}`, { path });
    return basename(path) === FILE ? filesIn(dirname(path)) : { [FILE]: text };
  }
  const names = listDirectory(path);
  if (names.includes(FILE)) return filesIn(path);
  const other = names.find((name) => OTHERS.test(name));
  if (other === undefined) return null;
  throw new FileError(`${path}: its tokenizer is in ${other}, which is not read, and it has no ${FILE}; ${ASK}`, {
    path,
  });
}

function filesIn(directory: string): TokenizerFiles {
  const there = tokenizerFileNames.filter((name) => existsSync(join(directory, name)));
  return Object.fromEntries(there.map((name) => [name, readText(join(directory, name))])) as unknown as TokenizerFiles;
}
