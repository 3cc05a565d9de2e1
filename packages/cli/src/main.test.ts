// The command as a process: exit codes, Ctrl-C, what a reader that stops reading does to it.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = process.cwd();
const work = mkdtempSync(join(tmpdir(), 'twill-main-'));
const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href;
const node = ['--conditions=@twilljs/source', '--import', tsx, join(root, 'packages/cli/src/main.ts')];

afterAll(() => rmSync(work, { recursive: true }));

const training = (out: string) =>
  `train --task parity --length 8 --batch 2 --hidden-size 8 --layers 1 --steps 400 --out ${out}`.split(' ');

it('ends with 0 when it is done, and with 2 and one line for wrong input', () => {
  const ended = (...argv: string[]) => spawnSync(process.execPath, [...node, ...argv], { cwd: work, encoding: 'utf8' });
  const help = ended('--help');
  expect([help.status, help.stderr]).toEqual([0, '']);
  const wrong = ended('eval', 'none', '--task', 'mqar');
  expect([wrong.status, wrong.stdout, wrong.stderr]).toEqual([2, '', 'eval: none: does not exist; check the path.\n']);
});

it('is not disturbed by a reader that stops reading', () => {
  const command = [process.execPath, ...node, 'train', '--help'].map((word) => `'${word}'`).join(' ');
  expect(execFileSync('sh', ['-c', `${command} | head -1`], { encoding: 'utf8' })).toBe(
    'Usage: twill train [options]\n',
  );
});

it('puts its work away at Ctrl-C, ends with 130, and goes on to the same weights', async () => {
  const weights = (out: string) => readFileSync(join(work, out, 'model.safetensors'));
  const whole = spawnSync(process.execPath, [...node, ...training('whole')], { cwd: work, encoding: 'utf8' });
  expect(whole.status, whole.stderr).toBe(0);

  const child = spawn(process.execPath, [...node, ...training('cut')], { cwd: work });
  await started(child, join(work, 'cut/checkpoints'));
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([130, null]);
  expect(existsSync(join(work, 'cut/model.safetensors'))).toBe(false);

  const again = spawnSync(process.execPath, [...node, 'train', '--resume', '--out', 'cut'], {
    cwd: work,
    encoding: 'utf8',
  });
  expect(again.status, again.stderr).toBe(0);
  expect(weights('cut').equals(weights('whole'))).toBe(true);
});

/** Waits until a path is there. */
async function started(child: ChildProcess, path: string): Promise<void> {
  while (!existsSync(path)) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before it began`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
