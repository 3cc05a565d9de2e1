// A run's directory that is moved, removed or replaced under a process: noticed, told, and nothing of another run is touched.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rng } from '@twilljs/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ended, twill } from './twill.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-moved-'));
const at = (...names: string[]) => join(home, ...names);
const steps = 200;
const train = (out: string, seed: number, ...more: string[]) =>
  twill(
    [
      ...`train --task mqar --pairs 4 --length 32 --batch 4 --hidden-size 32 --layers 2 --steps ${steps}`.split(' '),
      ...['--seed', `${seed}`, '--out', out, ...more],
    ],
    {},
  );

beforeAll(async () => {
  for (const [name, seed] of [
    ['whole', 1],
    ['other', 2],
  ] as const) {
    const { code, text } = await ended(train(at(name), seed));
    expect(code, text).toBe(0);
  }
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** All files with their bytes, but for the lock. */
function contentsOf(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true }).map(String).sort();
  const whole = files.filter((name) => name !== '.lock' && statSync(join(directory, name)).isFile());
  return Object.fromEntries(whole.map((name) => [name, readFileSync(join(directory, name), 'base64')]));
}

const linesIn = (directory: string): number => {
  const path = join(directory, 'metrics.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
};

const acts = {
  moved: (out: string) => renameSync(out, `${out} aside`),
  removed: (out: string) => {
    renameSync(out, `${out} gone`); // at once: while rm goes through the files the run writes others
    rmSync(`${out} gone`, { recursive: true });
  },
  'replaced by another run': (out: string) => {
    renameSync(out, `${out} aside`);
    cpSync(at('other'), out, { recursive: true });
  },
} as const;

const random = rng(11);
it.each(Object.entries(acts).flatMap(([what, act]) => [1, 2, 3].map((time) => [what, time, act] as const)))(
  '%s, time %i',
  async (what, time, act) => {
    const out = at(`${what} ${time}`);
    const child = train(out, 1);
    const end = ended(child);
    const step = 5 + random.int(steps / 2);
    while (linesIn(out) < step && child.exitCode === null) await sleep(1);
    act(out);
    const { code, text } = await end;
    expect(text).toMatch(/moved, removed or replaced|removed while the run|replaced by another file|does not exist/);
    expect(text).not.toMatch(/^\s+at /m);
    expect(code, text).toBe(2);
    if (what === 'replaced by another run') expect(contentsOf(out)).toEqual(contentsOf(at('other')));
    else expect(existsSync(out) ? contentsOf(out) : {}).toEqual({});
    if (what === 'removed') return;
    const last = await ended(train(`${out} aside`, 1, '--resume'));
    expect(last.code, last.text).toBe(0);
    const [is, was] = [`${out} aside`, at('whole')].map((path) => readFileSync(join(path, 'model.safetensors')));
    expect(is.equals(was)).toBe(true);
  },
);

it('two processes in one directory: one works, the other says whose it is', async () => {
  const out = at('both');
  const children = [1, 2].map(() => train(out, 1, '--resume'));
  const ends = await Promise.all(children.map(ended));
  const codes = ends.map(({ code }) => code).sort();
  const refused = ends.filter(({ code }) => code === 2);
  // Both may end well: the second one waits a little, and finds the run finished.
  expect([
    [0, 0],
    [0, 2],
  ]).toContainEqual(codes);
  for (const { text } of refused) expect(text).toMatch(/process \d+ works in .*both; wait for its end/);
  const [is, was] = [out, at('whole')].map((path) => readFileSync(join(path, 'model.safetensors')));
  expect(is.equals(was)).toBe(true);
});
