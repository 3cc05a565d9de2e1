// The study as a program leaves the same bytes as the command.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { childrenReadSource } from '../../../../scripts/vitest/children.ts';
import { capture } from '../capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-program-')));

childrenReadSource();

beforeAll(() => {
  process.chdir(work);
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

it('examples/12-the-study.ts equals twill sweep and twill report', async () => {
  const { status, stderr } = spawnSync(process.execPath, [join(cwd, 'examples/12-the-study.ts')], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  for (const line of ['sweep runs/tiny/sweep.json --out again', 'report again']) {
    const { code, err } = await capture(line.split(' '));
    expect(code, err).toBe(0);
  }
  for (const file of ['sweep.json', 'results.json', 'report.md', 'report.html']) {
    const [program, command] = ['runs/tiny', 'again'].map((directory) => readFileSync(join(directory, file)));
    expect(command.equals(program), file).toBe(true);
  }
}, 300_000);
