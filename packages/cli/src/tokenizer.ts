// The tokenizer of a command: the one that a flag names, or that of a model's directory.
import { readTokenizer } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';
import { byteTokenizer, type Tokenizer } from '@twilljs/tokenizers';
import type { Option } from 'commander';
import { option } from './flags.ts';

/** What `--tokenizer` takes for the bytes of UTF-8. */
export const BYTES = 'bytes';

/** @param usual what is taken where the flag is not given, in words. */
export const tokenizerFlag = (usual: string): Option =>
  option('--tokenizer <path>', `a tokenizer.json, the directory of one, or bytes (default: ${usual})`);

/**
 * @param asked by the flag.
 * @param directory of the model, whose own tokenizer is taken where the flag names none; without one it is bytes.
 * @throws FileError when there is none at the path, or it is broken.
 */
export async function openTokenizer(asked: string | undefined, directory: string | null): Promise<Tokenizer> {
  if (asked === BYTES) return byteTokenizer();
  const at = asked ?? directory;
  const found = at === null ? null : await readTokenizer(at);
  if (found === null && asked !== undefined) {
    throw new FileError(`--tokenizer ${asked}: has no tokenizer.json; name one, or bytes.`);
  }
  return found ?? byteTokenizer();
}
