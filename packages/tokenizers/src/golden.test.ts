import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tokenizerFromJson } from './index.ts';

interface Case {
  readonly text: string;
  readonly add_special_tokens: boolean;
  readonly ids: readonly number[];
  readonly decoded: string;
  readonly decoded_with_special: string;
}

const golden = new URL('../../../golden/tokenizers/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, golden), 'utf8');
const names = readdirSync(fileURLToPath(golden)).filter((name) => !name.endsWith('.md'));

describe.each(names)('%s', (name) => {
  const tokenizer = tokenizerFromJson(read(`${name}/tokenizer.json`));
  const cases = JSON.parse(read(`${name}/cases.json`)) as Case[];

  it('has cases', () => expect(cases.length).toBeGreaterThan(80));

  it.each(cases.map((one, i) => [i, one] as const))('case %i', (_, { text, ids, ...want }) => {
    expect([...tokenizer.encode(text, { addSpecialTokens: want.add_special_tokens })]).toEqual(ids);
    expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe(want.decoded);
    expect(tokenizer.decode(ids)).toBe(want.decoded_with_special);
  });

  it('says token by token what it says at once, and never half of a character', () => {
    for (const { ids, decoded } of cases) {
      const stream = tokenizer.decodeStream({ skipSpecialTokens: true });
      const parts = ids.map((id) => stream.push(id));
      parts.push(stream.end());
      expect(parts.join('')).toBe(decoded);
      for (const part of parts) expect(part).not.toMatch(/\p{Surrogate}/u);
    }
  });
});

it('there are five', () => expect(names).toHaveLength(5));
