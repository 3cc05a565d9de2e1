// Replays the cases of a tokenizer: ids of every text, and what the ids say, with special tokens and without.
import { join } from 'node:path';
import type { JsonObject } from '@twilljs/hub';
import { readText, readTokenizer } from '@twilljs/hub/node';
import { FileError, shown } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import type { TokenizerTarget } from './targets.ts';

/** What came out otherwise. */
export interface WrongCase {
  /** Its place in `cases.json`. */
  readonly index: number;
  readonly text: string;
  /** `ids`, `decoded` or `decoded_with_special`. */
  readonly what: string;
  readonly ours: unknown;
  readonly expected: unknown;
}

export interface Cases {
  readonly count: number;
  readonly wrong: readonly WrongCase[];
}

interface Case {
  readonly text: string;
  readonly add_special_tokens: boolean;
  readonly ids: readonly number[];
  readonly decoded: string;
  readonly decoded_with_special: string;
}

export async function replayTokenizer({ path }: TokenizerTarget): Promise<Cases> {
  const tokenizer = (await readTokenizer(join(path, 'tokenizer.json'))) as Tokenizer;
  const cases = casesIn(join(path, 'cases.json'));
  return { count: cases.length, wrong: cases.flatMap((one, index) => wrongIn(tokenizer, one, index)) };
}

function wrongIn(tokenizer: Tokenizer, { text, ids, ...one }: Case, index: number): WrongCase[] {
  const pairs: [what: string, ours: unknown, expected: unknown][] = [
    ['ids', [...tokenizer.encode(text, { addSpecialTokens: one.add_special_tokens })], ids],
    ['decoded', tokenizer.decode(ids, { skipSpecialTokens: true }), one.decoded],
    ['decoded_with_special', tokenizer.decode(ids), one.decoded_with_special],
  ];
  return pairs
    .filter(([, ours, expected]) => JSON.stringify(ours) !== JSON.stringify(expected))
    .map(([what, ours, expected]) => ({ index, text, what, ours, expected }));
}

function casesIn(path: string): Case[] {
  const list = parsed(path);
  if (!Array.isArray(list)) throw new FileError(`${path}: holds ${shown(list)} where a list of cases is needed.`);
  for (const [i, one] of list.entries()) {
    const { text, add_special_tokens, ids, decoded, decoded_with_special } = (one ?? {}) as JsonObject;
    const isCase =
      [text, decoded, decoded_with_special].every((value) => typeof value === 'string') &&
      typeof add_special_tokens === 'boolean' &&
      Array.isArray(ids) &&
      ids.every((id) => Number.isInteger(id));
    if (isCase) continue;
    throw new FileError(
      `${path}: case ${i} is ${shown(one)} where text, add_special_tokens, ids, decoded and decoded_with_special are needed.`,
    );
  }
  return list;
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readText(path));
  } catch (cause) {
    if (cause instanceof FileError) throw cause;
    throw new FileError(`${path}: it is no JSON (${(cause as Error).message}); check the file.`, { cause });
  }
}
