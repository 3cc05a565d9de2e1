// Disks that are full and directories that may not be written: refused in words, and what was there stays as it was.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { capture } from './capture.ts';

const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-disk-')));
/** Root may write anywhere but to a disk that is read-only; everyone else need not mount one to be refused. */
const isRoot = process.getuid?.() === 0;
const [disk, closed] = ['disk', 'closed'].map((name) => join(work, name));
mkdirSync(disk);
mkdirSync(closed, 0o555);
const mount = (path: string, options: string) =>
  isRoot && spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]).status === 0;
const canMount = mount(disk, 'size=1m') && mount(closed, 'ro,size=1m');

afterAll(() => {
  if (isRoot) spawnSync('umount', [disk, closed]);
  rmSync(work, { recursive: true });
});

const call = (out: string) =>
  `train --task mqar --pairs 2 --length 16 --batch 2 --hidden-size 16 --layers 2 --steps 6 --checkpoint-every 2 --out ${out}`.split(
    ' ',
  );

function contents(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(directory, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(directory, name), 'base64')]));
}

it.runIf(canMount)('a full disk', async () => {
  const codes: number[] = [];
  let last = { code: 0, out: '', err: '' };
  for (let i = 0; i < 4 && last.code === 0; i++) {
    const before = codes.length === 0 ? {} : contents(join(disk, 'run-0'));
    last = await capture(call(join(disk, `run-${i}`)));
    codes.push(last.code);
    if (i > 0) expect(contents(join(disk, 'run-0'))).toEqual(before);
  }
  expect(codes[0]).toBe(0);
  expect(last.code).toBe(2);
  expect(last.err).toMatch(/no space is left on the device; free some and run again/);
  expect(last.err).not.toMatch(/^\s+at /m);
  // Once there is room, the run goes on from where it was.
  const full = join(disk, `run-${codes.length - 1}`);
  rmSync(join(disk, 'run-0'), { recursive: true });
  expect((await capture([...call(full), '--resume'])).code).toBe(0);
});

it.runIf(canMount || !isRoot)('a directory that may not be written', async () => {
  const { code, err } = await capture(call(join(closed, 'run')));
  expect(err).toMatch(/closed\/run: is (on a read-only file system|not accessible to this user)/);
  expect(err).not.toMatch(/^\s+at /m);
  expect(code).toBe(2);
  expect(readdirSync(closed)).toEqual([]);
});
