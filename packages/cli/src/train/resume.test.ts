// Runs whose record was damaged or edited: what it says is refused in words, and its command is only told.
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-resume-')));

beforeAll(async () => {
  process.chdir(work);
  const small = '--length 8 --batch 2 --hidden-size 8 --layers 2 --steps 3 --lr 0.01 --device cpu';
  const { code, err } = await capture(`train --task parity ${small} --ratio 1:1 --seed 4 --out good`.split(' '));
  expect(code, err).toBe(0);
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

async function resumed(change: object, ...more: string[]) {
  rmSync('copy', { recursive: true, force: true });
  cpSync('good', 'copy', { recursive: true });
  const { self: _, ...record } = JSON.parse(readFileSync('good/run.json', 'utf8'));
  writeFileSync('copy/run.json', JSON.stringify({ ...record, ...change }));
  return capture(['train', '--out', 'copy', '--resume', ...more]);
}

it.each<[string, object, RegExp]>([
  ['no model', { model: null }, /model is null/],
  ['a list for a model', { model: [1] }, /model is \[1\]/],
  ['a task that is none', { data: { kind: 'chess', length: 8 } }, /chess/],
  ['no data', { data: {} }, /data.kind is missing, which would name a task/],
  ['a length in words', { data: { kind: 'parity', length: 'long', batch: 2 } }, /long/],
  ['a path that is none', { origin: { text: 'x', evaluation: [], modules: [], device: null } }, /origin.text is "x"/],
])('%s', async (_name, change, message) => {
  const { code, out, err } = await resumed(change);
  expect(err).toMatch(message);
  expect(err).toMatch(/^train: .+\n$/);
  expect([code, out]).toEqual([2, '']);
});

it.each([
  ['--lr 0.02', '--lr is 0.02 but 0.01 in copy/run.json; leave it out, or choose another --out.'],
  ['--length 12', '--length is 12 but 8 in copy/run.json; leave it out, or choose another --out.'],
  ['--task mqar', '--task is mqar but parity in copy/run.json; leave it out, or choose another --out.'],
  ['--seed 5', '--seed is 5 but 4 in copy/run.json; leave it out, or choose another --out.'],
  [
    '--hidden-size 16',
    'copy/run.json: hidden_size is 8 but a flag says 16; leave the flag out, or choose another --out.',
  ],
  [
    '--mixer gla',
    'copy/run.json: model_type is "gated_deltanet" but --mixer says gla; leave the flag out, or choose another --out.',
  ],
  ['--ratio 2:1', 'copy/run.json: ratio is "1:1" but a flag says "2:1"; leave the flag out, or choose another --out.'],
  [
    '--ratio pure',
    'copy/run.json: ratio places full layers but --ratio is pure; leave the flag out, or choose another --out.',
  ],
])('%s contradicts the run', async (flags, message) => {
  const { code, err } = await resumed({}, ...flags.split(' '));
  expect(err).toBe(`train: ${message}\n`);
  expect(code).toBe(2);
});

it('takes flags that agree with the run, and a command that says nothing', async () => {
  const agreed = '--task parity --length 8 --layers 2 --ratio 2 --lr 1e-2 --seed 4 --mixer gated_deltanet --heads 2';
  const { code, err } = await resumed({ command: ['from', 'somewhere', '--task', 'mqar'] }, ...agreed.split(' '));
  expect(code, err).toBe(0);
});
