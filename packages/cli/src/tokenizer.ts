// The tokenizer of a command: the one that a flag names, or that of a model's directory.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readTokenizer, readTokenizerFiles } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';
import { byteTokenizer, type Tokenizer, type TokenizerFiles } from '@twilljs/tokenizers';
import { readRunRecord } from '@twilljs/train/node';
import type { Option } from 'commander';
import type { Context } from './command.ts';
import { option } from './flags.ts';
import { tokenizerDirectory } from './hub/fetch.ts';

/** What `--tokenizer` takes for the bytes of UTF-8. */
const BYTES = 'bytes';

/** @param usual what is taken where the flag is not given, in words. */
export const tokenizerFlag = (usual: string): Option =>
  option(
    '--tokenizer <path>',
    `a tokenizer.json, a directory with one, a model of the Hub (org/name), or bytes (default: ${usual})`,
  );

export interface OpenedTokenizer {
  readonly tokenizer: Tokenizer;
  /** Texts of its files by name; null of bytes. */
  readonly files: TokenizerFiles | null;
}

/**
 * @param asked by the flag.
 * @param directory of the model, whose own tokenizer is taken where the flag names none; without one it is bytes.
 * @throws FileError when there is none at the path, it is broken, or it is not the one that a run was trained with.
 */
export async function openTokenizer(
  asked: string | undefined,
  directory: string | null,
  context: Pick<Context, 'terminal' | 'note'>,
): Promise<OpenedTokenizer> {
  // What is no directory is no model, of which whoever opens it says more.
  const own = directory !== null && isDirectory(directory) ? directory : null;
  const at = asked === BYTES ? null : asked === undefined ? own : await tokenizerDirectory(asked, context);
  const files = at === null ? null : readTokenizerFiles(at);
  const trained = at === null ? null : trainedWith(at);
  if (files === null && trained !== null) {
    throw new FileError(`${at}: its tokenizer.json is gone; put it back, or give it by --tokenizer.`);
  }
  if (files === null && asked !== undefined && asked !== BYTES) {
    throw new FileError(`${asked}: it has no tokenizer.json; name one, or bytes.`);
  }
  const tokenizer = at !== null && files ? await readTokenizer(at) : null;
  if (asked === undefined && trained !== null && (await tokenizer?.digest()) !== trained) {
    throw new FileError(
      `${at}: its tokenizer.json is another than the run was trained with; put that back, or give one by --tokenizer.`,
    );
  }
  return { tokenizer: tokenizer ?? byteTokenizer(), files };
}

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The digest of the tokenizer of the run in a directory; null of bytes, and where there is no run. */
function trainedWith(directory: string): unknown {
  return existsSync(join(directory, 'run.json')) ? (readRunRecord(directory).data.tokenizer ?? null) : null;
}

/** What a corpus takes: bytes are its default. */
export const unlessBytes = (tokenizer: Tokenizer): Tokenizer | undefined =>
  tokenizer.kind === BYTES ? undefined : tokenizer;
