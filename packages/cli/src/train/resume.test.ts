// Runs whose record was damaged or edited: what it says is refused in words, and nothing of it is carried out.
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-resume-')));

beforeAll(async () => {
  process.chdir(work);
  const line = 'train --task parity --length 8 --batch 2 --hidden-size 8 --layers 1 --steps 3 --device cpu --out good';
  const { code, err } = await capture(line.split(' '));
  expect(code, err).toBe(0);
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

const command = ['twill', 'train', '--task', 'parity'];

it.each<[string, object, RegExp]>([
  ['none', { command: null }, /has no command of twill train/],
  ['another', { command: ['twill', 'eval', 'x'] }, /has no command of twill train/],
  ['numbers', { command: ['twill', 'train', '--steps', 3] }, /has no command of twill train/],
  ['--help', { command: [...command, '--help'] }, /its command is none that trains/],
  [
    '--version',
    { command: [...command, '--version'] },
    /its command is none that trains \(unknown option '--version'\)/,
  ],
  ['a flag that is none', { command: [...command, '--stpes', '3'] }, /none that trains \(unknown option '--stpes'\)/],
  ['a strange value', { command: [...command, '--steps', 'many'] }, /none that trains \(--steps is "many" where/],
  ['an argument too many', { command: [...command, 'more'] }, /its command is none that trains/],
  ['a flag without a value', { command: [...command, '--steps'] }, /its command is none that trains/],
  ['a model that is none', { model: null }, /model is null/],
  ['a model that is a list', { model: [1] }, /model is \[1\]/],
])('a recorded command or model: %s', async (_name, change, message) => {
  cpSync('good', 'bad', { recursive: true });
  const { self: _, ...record } = JSON.parse(readFileSync('good/run.json', 'utf8'));
  writeFileSync('bad/run.json', JSON.stringify({ ...record, ...change }));
  const { code, out, err } = await capture(['train', '--out', 'bad', '--resume']);
  expect(err).toMatch(message);
  expect(err).toMatch(/^train: bad\/run\.json: .+\n$/);
  expect([code, out]).toEqual([2, '']);
  rmSync('bad', { recursive: true });
});
