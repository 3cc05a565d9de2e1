// Replays the cases of a tokenizer: ids of every text, and what the ids say, with special tokens and without.
import { join } from 'node:path';
import { readTokenizer } from '@twilljs/hub/node';
import type { Tokenizer } from '@twilljs/tokenizers';
import { type Cases, casesIn, type WrongCase } from './cases.ts';
import type { TokenizerTarget } from './targets.ts';

interface Case {
  readonly text: string;
  readonly add_special_tokens: boolean;
  readonly ids: readonly number[];
  readonly decoded: string;
  readonly decoded_with_special: string;
}

const FIELDS = 'text, add_special_tokens, ids, decoded and decoded_with_special';

export async function replayTokenizer({ path }: TokenizerTarget): Promise<Cases> {
  const tokenizer = (await readTokenizer(join(path, 'tokenizer.json'))) as Tokenizer;
  const cases = casesIn<Case>(join(path, 'cases.json'), FIELDS, isCase);
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

function isCase({ text, add_special_tokens, ids, decoded, decoded_with_special }: Record<string, unknown>): boolean {
  return (
    [text, decoded, decoded_with_special].every((value) => typeof value === 'string') &&
    typeof add_special_tokens === 'boolean' &&
    Array.isArray(ids) &&
    ids.every((id) => Number.isInteger(id))
  );
}
