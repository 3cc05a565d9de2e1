// Parts of `tokenizer.json` put together at random, with what Python makes of them.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tokenizerFromJson } from './index.ts';

interface Row {
  readonly model: string;
  readonly flags: object;
  readonly file: object;
  readonly cases: readonly [text: string, special: boolean, ids: number[], decoded: string, all: string][];
}

const path = new URL('../../../golden/tokenizers-mixed/cases.ndjson', import.meta.url);
const [{ models }, ...rows] = readFileSync(path, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line)) as [{ models: Record<string, object> }, ...Row[]];

it('there are many', () => expect(rows.length).toBeGreaterThan(150));

it.each(rows.map((row, i) => [i, row] as const))('gives the ids and the text that Python gives, %i', (_, row) => {
  const model = { ...models[row.model], ...row.flags };
  const tokenizer = tokenizerFromJson(JSON.stringify({ ...row.file, model }));
  for (const [text, addSpecialTokens, ids, decoded, all] of row.cases) {
    expect([text, ...tokenizer.encode(text, { addSpecialTokens })]).toEqual([text, ...ids]);
    expect([tokenizer.decode(ids, { skipSpecialTokens: true }), tokenizer.decode(ids)]).toEqual([decoded, all]);
  }
});
