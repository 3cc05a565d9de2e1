// The command as a process: exit codes, Ctrl-C, what a reader that stops reading does to it.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = process.cwd();
const work = mkdtempSync(join(tmpdir(), 'twill-main-'));
const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href;
const node = ['--conditions=@twilljs/source', '--import', tsx, join(root, 'packages/cli/src/main.ts')];

beforeAll(() => {
  const whole = spawnSync(process.execPath, [...node, ...training('whole')], { cwd: work, encoding: 'utf8' });
  expect(whole.status, whole.stderr).toBe(0);
});

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

it.each(['2>&1 | head -1', '--json 2>&1 | true'])('trains to its end unheard: %s', (pipe) => {
  const out = `unheard-${pipe.length}`;
  const command = [process.execPath, ...node, ...training(out)].map((word) => `'${word}'`).join(' ');
  const said = spawnSync('bash', ['-c', `${command} ${pipe}; echo "code \${PIPESTATUS[0]}"`], {
    cwd: work,
    encoding: 'utf8',
  });
  expect(said.stdout).toMatch(/code 0\n$/);
  expect(JSON.parse(readFileSync(join(work, out, 'run.json'), 'utf8'))).toMatchObject({
    status: 'finished',
    step: 400,
  });
  expect(existsSync(join(work, out, '.lock'))).toBe(false);
});

it('takes a sweep to its end unheard', () => {
  const grid = { task: 'recall', mixers: ['hgrn'], training: { steps: 2 }, data: { length: 16, pairs: 4, batch: 2 } };
  writeFileSync(join(work, 'grid.json'), JSON.stringify({ grids: [grid] }));
  const options = {
    cwd: work,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: node.slice(0, -1).join(' ') },
  } as const;
  const command = [process.execPath, ...node, 'sweep', 'grid.json', '--out', 'swept']
    .map((word) => `'${word}'`)
    .join(' ');
  const said = spawnSync('bash', ['-c', `${command} 2>&1 | true; echo "code \${PIPESTATUS[0]}"`], options);
  expect(said.stdout).toMatch(/code 0\n$/);
  expect(readdirSync(join(work, 'swept')).filter((name) => name !== 'configs')).toEqual([
    'cells',
    'results.json',
    'sweep.json',
  ]);
});

it.runIf(existsSync('/dev/full'))('says that its output is lost on a full disk, and keeps the run', () => {
  const command = (...argv: string[]) => [process.execPath, ...node, ...argv].map((word) => `'${word}'`).join(' ');
  for (const argv of [['presets'], [...training('full'), '--json']]) {
    const said = spawnSync('bash', ['-c', `${command(...argv)} >/dev/full`], { cwd: work, encoding: 'utf8' });
    expect([said.status, said.stderr]).toEqual([
      2,
      expect.stringMatching(/twill: standard output: cannot be written, no space is left/),
    ]);
    expect(said.stderr).not.toMatch(/^\s+at /m);
  }
  expect(existsSync(join(work, 'full/model.safetensors'))).toBe(true);
});

it.each(['SIGINT', 'SIGHUP'] as const)(
  'puts its work away at %s, ends with 130, and goes on to the same weights',
  async (signal) => {
    const cut = `cut-${signal}`;
    const weights = (out: string) => readFileSync(join(work, out, 'model.safetensors'));
    const child = spawn(process.execPath, [...node, ...training(cut)], { cwd: work });
    await started(child, join(work, cut, 'checkpoints'));
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(existsSync(join(work, cut, 'model.safetensors'))).toBe(false);

    const again = spawnSync(process.execPath, [...node, 'train', '--resume', '--out', cut], {
      cwd: work,
      encoding: 'utf8',
    });
    expect(again.status, again.stderr).toBe(0);
    expect(weights(cut).equals(weights('whole'))).toBe(true);
  },
);

/** Waits until a path is there. */
async function started(child: ChildProcess, path: string): Promise<void> {
  while (!existsSync(path)) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before it began`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
