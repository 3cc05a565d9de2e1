// A disk that is full, and files that may not grow, at every moment of a run and of a sweep: nothing is lost, and both go on.
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture } from '@twilljs/cli';
import { afterAll, expect, it } from 'vitest';
import { ended, twill } from './twill.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'twill-full-')));
const disk = join(home, 'disk');
mkdirSync(disk);

const mount = (...options: string[]) => spawnSync('mount', options).status === 0;
const resize = (kib: number) => mount('-o', `remount,size=${kib}k`, disk);
/** Where this user may not, there is no disk to fill. */
const canMount = mount('-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk);

afterAll(() => {
  if (canMount) spawnSync('umount', [disk]);
  rmSync(home, { recursive: true });
});

const train = (out: string) =>
  `train --task mqar --pairs 2 --length 16 --batch 2 --hidden-size 16 --layers 2 --steps 6 --checkpoint-every 2 --out ${out}`.split(
    ' ',
  );

function sizeOf(directory: string): number {
  const files = readdirSync(directory, { recursive: true }).map((name) => statSync(join(directory, String(name))));
  return files.reduce((sum, { size }) => sum + size, 0);
}

const weights = (directory: string) => readFileSync(join(directory, 'model.safetensors'));

it.runIf(canMount)(
  'a run that finds no space, wherever that is, goes on to the same bits once there is some',
  async () => {
    const undisturbed = join(home, 'undisturbed');
    expect((await capture(train(undisturbed))).code).toBe(0);
    const most = Math.ceil(sizeOf(undisturbed) / 1024) + 64;
    let full = 0;
    for (let kib = 8; kib < most; kib += 8) {
      resize(65536);
      const out = join(disk, 'run');
      rmSync(out, { recursive: true, force: true });
      expect(resize(kib)).toBe(true);
      const { code, err } = await capture(train(out));
      if (code !== 0) {
        full++;
        expect(err, `${kib} KiB`).toMatch(/no space is left on the device; free some and run again/);
        expect(err).not.toMatch(/^\s+at /m);
        expect(code, err).toBe(2);
        resize(65536);
        const next = await capture([...train(out), '--resume']);
        expect(next.code, `${kib} KiB: ${next.err}`).toBe(0);
      }
      expect(weights(out).equals(weights(undisturbed)), `${kib} KiB`).toBe(true);
      expect(readdirSync(join(out, 'checkpoints')).every((name) => /^step-\d+$/.test(name))).toBe(true);
      expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
    }
    process.stdout.write(`${full} disks were full, at sizes from 8 to ${most} KiB\n`);
    expect(full).toBeGreaterThan(5);
  },
);

it.runIf(canMount)('a sweep that finds no space says so, and ends with the results of an undisturbed one', async () => {
  const spec = join(home, 'spec.json');
  const grid = { task: 'recall', mixers: ['hgrn', 'gla'], seeds: [1], training: { steps: 12 } };
  writeFileSync(spec, JSON.stringify({ grids: [{ ...grid, data: { length: 16, pairs: 2, batch: 4 } }] }));
  const sweep = (out: string) => ended(twill(['sweep', spec, '--out', out, '--jobs', '1']));
  const undisturbed = join(home, 'sweep');
  const first = await sweep(undisturbed);
  expect(first.code, first.text).toBe(0);
  const results = readFileSync(join(undisturbed, 'results.json'));
  const all = Math.ceil(sizeOf(undisturbed) / 1024);
  const out = join(disk, 'sweep');
  for (const part of [0.2, 0.6, 0.9]) {
    resize(65536);
    rmSync(join(disk, 'run'), { recursive: true, force: true });
    rmSync(out, { recursive: true, force: true });
    expect(resize(Math.floor(all * part))).toBe(true);
    const { code, text } = await sweep(out);
    expect([1, 2], text).toContain(code);
    expect(text).not.toMatch(/^\s+at /m);
    resize(65536);
    const next = await sweep(out);
    expect(next.code, next.text).toBe(0);
    expect(readFileSync(join(out, 'results.json')).equals(results), `${part} of the space`).toBe(true);
  }
});

/** Runs a command under a limit of so many KiB for each file that it writes. */
const limited = (kib: number, args: readonly string[]) => {
  const source = ['--import', 'tsx', '--conditions=@twilljs/source', 'scripts/twill.ts'];
  const script = `trap '' XFSZ; ulimit -f ${kib}; exec "$0" "$@"`;
  // Compilations of the source are not what is limited here.
  const env = { ...process.env, TSX_DISABLE_CACHE: '1' };
  return spawnSync('bash', ['-c', script, process.execPath, ...source, ...args], { env, encoding: 'utf8' });
};

it.skipIf(process.platform === 'win32')('files that may not grow beyond a limit', async () => {
  const undisturbed = join(home, 'unlimited');
  expect((await capture(train(undisturbed))).code).toBe(0);
  const most = Math.ceil(statSync(join(undisturbed, 'checkpoints/step-000006/optimizer.safetensors')).size / 1024);
  for (const kib of [1, Math.floor(most / 3), most - 2]) {
    const out = join(home, `limited-${kib}`);
    const { status, stderr } = limited(kib, train(out));
    expect(stderr).toMatch(/cannot be written, it would pass the allowed file size; raise the limit/);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(status).toBe(2);
    const next = await capture([...train(out), '--resume']);
    expect(next.code, next.err).toBe(0);
    expect(weights(out).equals(weights(undisturbed)), `${kib} KiB`).toBe(true);
  }
});
