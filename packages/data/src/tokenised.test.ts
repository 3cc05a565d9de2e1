// Texts in a tokenizer's ids: cut into parts where it makes no difference, marked, and told by their true bytes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rng } from '@twilljs/tensor';
import { type Tokenizer, tokenizerFromJson } from '@twilljs/tokenizers';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { TokenText } from './index.ts';
import { corpusRecord, readCorpus, readTexts, streamTexts } from './node.ts';

const root = mkdtempSync(join(tmpdir(), 'twill-tokenised-'));
vi.stubEnv('TWILL_CACHE', join(root, 'cache'));
afterAll(() => rmSync(root, { recursive: true }));

const names = ['byte-bpe-gpt2', 'byte-bpe-qwen', 'byte-bpe-qwen3_5', 'spm-bpe-metaspace', 'spm-bpe-mistral'];
const tokenizerOf = (name: string) => {
  const path = fileURLToPath(new URL(`../../../golden/tokenizers/${name}/tokenizer.json`, import.meta.url));
  return tokenizerFromJson(readFileSync(path, 'utf8'), { path });
};
const loaded = new Map<string, Tokenizer>(names.map((name) => [name, tokenizerOf(name)]));

const random = rng(8);
const pick = <T>(list: readonly T[]): T => list[random.int(list.length)];
const words = 'the whale, a ship. "sail" don’t naïve 1234567 été — 海は広い 🐋 x=y+z; \t {code()} THE'.split(' ');
const gaps = [' ', ' ', ' ', ' ', '\n', '\n\n', '  ', ' \n', '.\n\n', '\t'];
const prose = (length: number) => {
  let text = '';
  while (text.length < length) text += pick(words) + pick(gaps);
  return text;
};
const write = (name: string, texts: readonly string[]) => {
  const path = join(root, name);
  writeFileSync(path, name.endsWith('.txt') ? texts[0] : texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));
  return path;
};
const idsOf = ({ documents }: TokenText, i: number) => [...Int32Array.from(documents.at(i)?.tokens.subarray(0) ?? [])];
const bytes = (text: string) => Buffer.byteLength(text);

describe.each([...loaded])('%s', (name, tokenizer) => {
  const alone = (text: string) => [...tokenizer.encode(text)];

  it('gives a long text in parts the ids of the whole', async () => {
    const text = prose(280_000);
    const all = (await readTexts(write(`${name}.txt`, [text]), { tokenizer })).all();
    const [ids, whole] = [idsOf(all, 0), alone(text)];
    expect(ids.findIndex((id, i) => id !== whole[i])).toBe(-1);
    expect([ids.length, all.bytes]).toEqual([whole.length, bytes(text)]);
  });

  it('gives documents the ids that each has alone, also where they are cut', async () => {
    const texts = [40, 3000, 0, 700, 12].map(prose);
    const corpus = await readCorpus(write(`${name}.jsonl`, texts), { tokenizer });
    expect(corpus.within).toBe(true);
    const { train, evaluation } = corpus;
    let cut = 0;
    for (const [i, text] of texts.filter((text) => text !== '').entries()) {
      const begin = idsOf(train, i);
      const isCut = begin.length < alone(text).length;
      const end = isCut ? idsOf(evaluation, cut++) : [];
      expect([...begin, ...end]).toEqual(alone(text));
    }
    expect(cut).toBeGreaterThan(2);
    const gaps = train.separator.length > 0 ? 2 * (train.documents.length + evaluation.documents.length - 2) : 0;
    const total = texts.reduce((sum, text) => sum + bytes(text), 0);
    expect(train.bytes + evaluation.bytes).toBe(total + gaps);
    expect(evaluation.bytes / total).toBeGreaterThan(0.06);
    expect(evaluation.bytes / total).toBeLessThan(0.14);
    const { trainTokens, evaluationTokens, tokenizer: digest } = corpusRecord(corpus);
    expect([trainTokens, evaluationTokens]).toEqual([train.tokens.length, evaluation.tokens.length]);
    expect(digest).toBe(await tokenizer.digest());
  });
});

describe('marks', () => {
  const texts = ['one text', 'another', '', 'third'];
  const gpt2 = loaded.get('byte-bpe-gpt2') as Tokenizer;
  const mistral = loaded.get('spm-bpe-mistral') as Tokenizer;

  it('are those of the file, and then nothing else stands between documents', async () => {
    const all = (await readTexts(write('own.jsonl', texts), { tokenizer: mistral })).all();
    const [bos] = mistral.encode('');
    expect(idsOf(all, 1)[0]).toBe(bos);
    expect(all.separator).toHaveLength(0);
    const joined = texts.filter((text) => text !== '').flatMap((text) => [...mistral.encode(text)]);
    expect([...Int32Array.from(all.tokens.subarray(0))]).toEqual(joined);
    expect(all.bytes).toBe(texts.reduce((sum, text) => sum + bytes(text), 0));
    expect(Array.from(all.begins, (at) => joined[at])).toEqual([bos, bos, bos]);
  });

  it('are the end of a text where a tokenizer names it and puts nothing around a text', async () => {
    const [eos, id] = [...gpt2.specialTokens][0];
    const ending = { ...gpt2, eosId: id };
    const all = (await readTexts(write('ending.jsonl', texts), { tokenizer: ending })).all();
    expect([idsOf(all, 0), all.separator.length]).toEqual([[...gpt2.encode('one text'), id], 0]);
    const both = (await readTexts(write('both.jsonl', texts), { tokenizer: ending, bos: eos })).all();
    expect(idsOf(both, 0)).toEqual([id, ...gpt2.encode('one text')]);
    const own = (await readTexts(write('own-too.jsonl', texts), { tokenizer: { ...mistral, eosId: 2 } })).all();
    expect(idsOf(own, 0)).toEqual([...mistral.encode('one text')]);
  });

  it('are two newlines between documents where the file has none', async () => {
    const all = (await readTexts(write('none.jsonl', texts), { tokenizer: gpt2 })).all();
    expect([...Array.from(all.separator)]).toEqual([...gpt2.encode('\n\n')]);
    const [first, second] = texts.map((text) => [...gpt2.encode(text)]);
    const begin = [...first, ...gpt2.encode('\n\n'), ...second];
    expect([...Int32Array.from(all.tokens.subarray(0, begin.length))]).toEqual(begin);
  });

  it('are the tokens that are named, and part of what a shard is', async () => {
    const path = write('named.jsonl', texts);
    const [eos, id] = [...gpt2.specialTokens][0];
    const marked = await readTexts(path, { tokenizer: gpt2, eos });
    expect(idsOf(marked.all(), 0)).toEqual([...gpt2.encode('one text'), id]);
    expect(idsOf(marked.all(), 2)).toEqual([]);
    expect(marked.encoding).toEqual({ tokenizer: await gpt2.digest(), before: [], after: [id] });
    expect((await readTexts(path, { tokenizer: gpt2 })).sha256).not.toBe(marked.sha256);
    await expect(readTexts(path, { tokenizer: gpt2, bos: '<none>' })).rejects.toThrow(
      'bos is "<none>"; the tokenizer has no such token; name one that it has, or leave it out.',
    );
  });
});

it('a text without words is cut all the same, and loses nothing', async () => {
  const tokenizer = loaded.get('byte-bpe-gpt2') as Tokenizer;
  const text = '海🐋'.repeat(50_000);
  const { train, evaluation } = await readCorpus(write('wordless.txt', [text]), { tokenizer });
  const said = [train, evaluation].map((side) => tokenizer.decode(Int32Array.from(side.tokens.subarray(0))));
  expect(said.join('')).toBe(text);
  expect(train.bytes).toBe(bytes(said[0]));
  expect(Math.abs(evaluation.bytes / bytes(text) - 0.1)).toBeLessThan(0.02);
});

it('what is no UTF-8 is refused by name, cut characters at its end too; a model of bytes reads it', async () => {
  const tokenizer = loaded.get('byte-bpe-gpt2') as Tokenizer;
  const path = join(root, 'latin1.txt');
  for (const bad of [Buffer.from('a whale, n\xe9e', 'latin1'), Buffer.from('a whale n\u00e9').subarray(0, -1)]) {
    writeFileSync(path, bad);
    const message = /latin1\.txt is no UTF-8 text, which a tokenizer reads; convert it, or train on its bytes\./;
    await expect(readTexts(path, { tokenizer })).rejects.toThrow(message);
    const drained = async () => {
      for await (const text of streamTexts(path)) expect(text).toBeTypeOf('string');
    };
    await expect(drained()).rejects.toThrow(message);
    expect((await readTexts(path)).bytes).toBe(bad.length);
  }
});
