// Models that read a tokenizer's ids: trained, gone on with, measured, continued.
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTokenizer } from '@twilljs/hub/node';
import { trainBpe } from '@twilljs/tokenizers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-tokenizer-command-')));
const book = Array.from({ length: 80 }, (_, i) => `Call me Ishmael ${i % 7}, said the whale, née Möwe. `).join('');
const small = '--length 16 --batch 2 --hidden-size 16 --layers 2 --ratio 1:1 --device wasm';

beforeAll(async () => {
  process.chdir(work);
  vi.stubEnv('TWILL_CACHE', join(work, 'cache'));
  writeFileSync('book.txt', book);
  writeFileSync('other.txt', 'Ishmael, né whale. '.repeat(40));
  writeFileSync('bpe.json', await trainBpe([book], { vocabSize: 280, specialTokens: ['<|endoftext|>'] }));
});

afterAll(() => {
  process.chdir(cwd);
  vi.unstubAllEnvs();
  rmSync(work, { recursive: true });
});

async function done(line: string) {
  const { code, out, err } = await capture([...line.split(' '), '--json']);
  expect(code, err).toBe(0);
  return JSON.parse(out);
}

const refusal = async (line: string) => {
  const { code, err } = await capture(line.split(' '));
  expect(code).toBe(2);
  return err;
};

it('train keeps the tokenizer with the run, and tells bits per byte by the true bytes', async () => {
  const found = await done(
    `train --data book.txt --tokenizer bpe.json --eos <|endoftext|> ${small} --steps 4 --out run`,
  );
  expect(readFileSync('run/tokenizer.json', 'utf8')).toBe(readFileSync('bpe.json', 'utf8'));
  const tokenizer = (await readTokenizer('run'))!;
  const config = JSON.parse(readFileSync('run/config.json', 'utf8'));
  expect([config.vocab_size, config.eos_token_id]).toEqual([280, tokenizer.tokenToId('<|endoftext|>')]);
  const { data } = JSON.parse(readFileSync('run/run.json', 'utf8'));
  expect(data).toMatchObject({ tokenizer: await tokenizer.digest() });
  expect(data.trainBytes + data.evaluationBytes).toBe(Buffer.byteLength(book));
  expect(data.trainTokens).toBeLessThan(data.trainBytes / 2);
  expect(found).toHaveProperty('trainingBitsPerToken');
  const { bitsPerByte, bitsPerToken, bytes, tokens } = found.validation;
  expect([bytes, tokens]).toEqual([data.evaluationBytes, data.evaluationTokens]);
  expect(bitsPerByte).toBeCloseTo((bitsPerToken * tokens) / bytes, 12);
});

it('train goes on with the tokenizer of the run, to the same bits, and refuses another', async () => {
  await done(`train --data book.txt --tokenizer bpe.json --eos <|endoftext|> ${small} --steps 2 --out half`);
  await done('train --resume --steps 4 --out half');
  cpSync('run', 'again', { recursive: true });
  const metrics = (run: string) => readFileSync(`${run}/metrics.jsonl`, 'utf8').split('\n').length;
  expect(metrics('half')).toBe(metrics('run') + 1); // measured after step 2, too
  writeFileSync('other.json', await trainBpe([book], { vocabSize: 270, specialTokens: ['<|endoftext|>'] }));
  expect(await refusal('train --resume --steps 5 --out again --tokenizer other.json')).toContain(
    '--tokenizer other.json is another tokenizer than that of the run in again/run.json; leave it out, or choose another --out.',
  );
  expect(readFileSync('again/tokenizer.json', 'utf8')).toBe(readFileSync('bpe.json', 'utf8'));
});

it('eval reads what was held out, or another text, in the ids of the run', async () => {
  const trained = JSON.parse(readFileSync('run/run.json', 'utf8')).data;
  const own = await done('eval run --device wasm --all');
  expect([own.bytes, own.tokens]).toEqual([trained.evaluationBytes, trained.evaluationTokens]);
  const other = await done('eval run --device wasm --data other.txt');
  expect(other.bytes).toBe(Buffer.byteLength(readFileSync('other.txt')));
  expect(other.bitsPerByte).toBeCloseTo(other.bitsPerToken / other.bytesPerToken, 12);
  expect(await refusal('eval run --tokenizer bytes --data other.txt')).toContain(
    'vocab_size is 280 but text needs the 256 bytes',
  );
  rmSync('again/tokenizer.json');
  expect(await refusal('eval again')).toContain(
    'again: its tokenizer.json is gone; put it back, or give it by --tokenizer.',
  );
  expect((await done('eval again --device wasm --tokenizer bpe.json')).bitsPerByte).toBe(
    (await done('eval run --device wasm')).bitsPerByte,
  );
});

it('generate writes text, and stops at the end of one', async () => {
  const found = await done('generate run --prompt Call --max-tokens 12 --device wasm');
  expect(found.tokens).toBeGreaterThan(0);
  expect(found.text).not.toContain('<|endoftext|>');
  const two = await done('generate run --prompt Call --prompt née --max-tokens 5 --device wasm');
  expect(two.texts.map(({ prompt }: { prompt: string }) => prompt)).toEqual(['Call', 'née']);
  expect(await refusal('generate run --prompt x --tokenizer no.json')).toMatch(/no\.json/);
  expect(await refusal('generate run --prompt x --tokenizer cache')).toMatch(
    /cache: it has no tokenizer.json; name one, or bytes/,
  );
});

it('begins with the weights and the tokenizer of another run', async () => {
  await done('train --init run --data other.txt --length 16 --batch 2 --steps 2 --device wasm --out further');
  expect(readFileSync('further/tokenizer.json', 'utf8')).toBe(readFileSync('bpe.json', 'utf8'));
  expect(await refusal('train --init run --tokenizer bytes --data other.txt --steps 2 --out no')).toContain(
    'vocab_size is 280 but text needs the 256 bytes',
  );
});

it('says where a model that is trained further gets ids that it has not learned', async () => {
  const line = 'train --init run --data other.txt --length 16 --batch 2 --steps 1 --device wasm --out';
  const other = await capture(`${line} foreign --tokenizer other.json`.split(' '));
  expect(other.code).toBe(0);
  expect(other.err).toContain('note: --tokenizer other.json is not the tokenizer of run: the model has learned other');
  const same = await capture(`${line} same --tokenizer bpe.json`.split(' '));
  expect([same.code, same.err]).toEqual([0, expect.not.stringContaining('note: --tokenizer')]);
});

it('refuses a directory whose tokenizer is gone, or another than that of the run', async () => {
  cpSync('run', 'swapped', { recursive: true });
  const gone = 'swapped: its tokenizer.json is gone; put it back, or give it by --tokenizer.';
  const another = 'swapped: its tokenizer.json is another than the run was trained with; put that back, or give one by';
  for (const [prepare, message] of [
    [() => cpSync('other.json', 'swapped/tokenizer.json'), another],
    [() => rmSync('swapped/tokenizer.json'), gone],
  ] as const) {
    prepare();
    for (const line of [
      'generate swapped --prompt x',
      'eval swapped',
      'train --init swapped --data book.txt --out no',
    ]) {
      expect(await refusal(line)).toContain(message);
    }
  }
  expect(await refusal('train --resume --steps 5 --out swapped')).toContain(gone);
  expect((await done('generate swapped --prompt x --tokenizer other.json --device wasm')).tokens).toBeGreaterThan(0);
});

it('is refused where no text is read', async () => {
  expect(await refusal('train --task mqar --tokenizer bpe.json --steps 2 --out no')).toContain(
    '--tokenizer bpe.json is about text but --task mqar makes its own rows',
  );
});
