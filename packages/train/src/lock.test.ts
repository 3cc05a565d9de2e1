// Locks of directories: one holder at a time, and none once its process is gone.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { lockDirectory } from './lock.ts';

const directory = mkdtempSync(join(tmpdir(), 'twill-lock-'));
const path = join(directory, '.lock');

afterAll(() => rmSync(directory, { recursive: true }));

it('is given back', async () => {
  {
    using _ = await lockDirectory(directory);
    expect(readFileSync(path, 'utf8')).toBe(String(process.pid));
  }
  expect(existsSync(path)).toBe(false);
});

it('waits for a holder, in this process or another, and refuses when it stays', async () => {
  const first = await lockDirectory(directory);
  const second = lockDirectory(directory);
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();

  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  writeFileSync(path, String(other.pid));
  await expect(lockDirectory(directory)).rejects.toThrow(
    new RegExp(`run: process ${other.pid} works in .*; wait for its end, or choose another directory`),
  );
  const third = lockDirectory(directory);
  other.kill('SIGKILL');
  (await third)[Symbol.dispose]();
}, 30_000);

it.each([['that of an earlier process with the same number', String(process.pid)], ['empty'], ['no number', 'x']])(
  'does not count when it is %s',
  async (_, text = '') => {
    writeFileSync(path, text);
    (await lockDirectory(directory))[Symbol.dispose]();
    expect(existsSync(path)).toBe(false);
  },
);
