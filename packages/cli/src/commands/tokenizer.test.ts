// twill tokenizer: from texts to a directory that is read again.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tokenizerFromFiles, trainBpe } from '@twilljs/tokenizers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { capture } from '../capture.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-cli-tokenizer-'));
const from = process.cwd();
const texts = ['the cat sat on the mat. '.repeat(9), 'the hat of the cat, the cat. '.repeat(9), 'é漢 '.repeat(9)];

beforeAll(() => {
  process.chdir(home);
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  vi.stubEnv('HF_HUB_CACHE', join(home, 'hub'));
  mkdirSync('notes');
  writeFileSync('notes/a.txt', texts[0]);
  writeFileSync('notes/b.md', texts[1]);
  const lines = texts.map((body) => JSON.stringify({ body })).join('\n');
  writeFileSync('posts.jsonl.gz', gzipSync(lines));
});
afterAll(() => {
  process.chdir(from);
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const read = (path: string) => readFileSync(path, 'utf8');

describe('twill tokenizer train', () => {
  it('leaves a directory that is read again, with the end of documents', async () => {
    const { code, out } = await capture('tokenizer train --data notes --vocab-size 265 --out own'.split(' '));
    expect([code, out]).toEqual([0, expect.stringMatching(/^own: 265 tokens from \d+ B in /)]);
    expect(readdirSync('own').sort()).toEqual(['tokenizer.json', 'tokenizer_config.json']);
    const tokenizer = tokenizerFromFiles({
      'tokenizer.json': read('own/tokenizer.json'),
      'tokenizer_config.json': read('own/tokenizer_config.json'),
    });
    expect([tokenizer.vocabSize, tokenizer.eosId]).toEqual([265, 0]);
    expect(tokenizer.encode('the cat').length).toBeLessThan(6);
  });

  it('is trainBpe over the documents, in whatever they come', async () => {
    const argv = 'tokenizer train --data posts.jsonl.gz --column body --vocab-size 270 --special-token <a> <b> --json';
    const { code, out } = await capture([...argv.split(' '), '--out', 'posts']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ out: 'posts', tokens: 270 });
    const specialTokens = ['<|endoftext|>', '<a>', '<b>'];
    expect(read('posts/tokenizer.json')).toBe(
      await trainBpe(texts, { vocabSize: 270, minFrequency: 2, specialTokens }),
    );
  });

  it('reads no text where a tokenizer would be written over', async () => {
    mkdirSync('there');
    writeFileSync('there/tokenizer.json', 'mine');
    const { code, err } = await capture('tokenizer train --data nowhere --out there'.split(' '));
    expect([code, err]).toEqual([2, expect.stringContaining('--out there holds a tokenizer.json already; choose')]);
    expect(read('there/tokenizer.json')).toBe('mine');
  });

  it('says where the texts give fewer tokens', async () => {
    const { err } = await capture('tokenizer train --data notes/a.txt --out few'.split(' '));
    expect(err).toMatch(/note: \d+ tokens, not 8,000: the texts give no more pairs/);
  });

  it.each([
    ['--out x', /--data is missing/],
    ['--data notes', /--out is missing/],
    ['--data nowhere --out x', /nowhere does not exist/],
    ['--data notes --out x --vocab-size 3', /--vocab-size is "3"/],
    ['--data notes --out x --vocab-size 257 --special-token a b', /vocabSize is 257/],
    ['--data posts.jsonl.gz --out x', /no column text; its columns are body/],
    ['--data org/texts:train --out x', /org\/texts:train is no path, and on the Hub: .*HF_HUB_OFFLINE/],
    ['--data - --column body --out x', /column is "body" but standard input is read as text; say by format/],
    ['--data notes --format jsonl --out x', /notes\/a\.txt, line 1: it is no JSON/],
    ['--data notes --out notes/a.txt', /notes\/a.txt/],
  ])('refuses %s', async (flags, message) => {
    const { code, err } = await capture(['tokenizer', 'train', ...flags.split(' ')]);
    expect(err).toMatch(message);
    expect(code).toBe(2);
    expect(readdirSync('.')).not.toContain('x');
  });
});

describe('twill tokenizer show', () => {
  it('tells the pieces and ids of a text', async () => {
    const { code, out } = await capture(['tokenizer', 'show', 'own', '--text', 'the 漢<|endoftext|>']);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^BPE, 265 tokens, 1 of them special\nbegin none, end <\|endoftext\|> \(0\), padding none\ndigest /,
    );
    expect(out).toMatch(/tokens for 20 bytes\n.*("the"|"th")/);
    expect(out).toContain('a part of a character\n');
    expect(out).toContain('  0  "<|endoftext|>"\n');
  });

  it('tells it of bytes too, and as data', async () => {
    const { out } = await capture(['tokenizer', 'show', 'bytes', '--text', 'né', '--json']);
    expect(JSON.parse(out)).toMatchObject({ kind: 'bytes', vocabSize: 256, ids: [110, 195, 169], decoded: 'né' });
  });

  it('refuses what is none', async () => {
    const { code, err } = await capture(['tokenizer', 'show', 'notes']);
    expect([code, err]).toEqual([2, expect.stringMatching(/notes: it has no tokenizer.json/)]);
  });
});
