// A run whose directory is moved, removed or replaced while it goes on: nothing is written into what is not its own.
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileError } from '@twilljs/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHome, stopAfter } from './run.test-data.ts';

const home = runHome();
const { at, run, weights, recordOf, linesOf } = home;
afterAll(() => home.remove());

beforeAll(async () => {
  await run('whole');
  await run('other', stopAfter(9, { seed: 5 }));
});

/** All files of a directory with their bytes. */
function contentsOf(name: string): Record<string, string> {
  const files = readdirSync(at(name), { recursive: true }).map(String);
  return Object.fromEntries(
    files
      .sort()
      .flatMap((file) => (statSync(at(name, file)).isFile() ? [[file, readFileSync(at(name, file), 'hex')]] : [])),
  );
}

const replaceBy = (other: string) => (name: string) => {
  renameSync(at(name), at(`${name} aside`));
  cpSync(at(other), at(name), { recursive: true });
};

const acts: [string, (name: string) => void][] = [
  ['moved', (name) => renameSync(at(name), at(`${name} aside`))],
  ['removed', (name) => rmSync(at(name), { recursive: true })],
  ['emptied', (name) => readdirSync(at(name)).forEach((file) => void rmSync(at(name, file), { recursive: true }))],
  ['replaced by another run', replaceBy('other')],
  ['replaced by a finished run', replaceBy('whole')],
  ['written over by another run', (name) => cpSync(at('other'), at(name), { recursive: true })],
  ['given a damaged record', (name) => writeFileSync(at(name, 'run.json'), '{')],
  ['without its record', (name) => rmSync(at(name, 'run.json'))],
];

describe.each(acts)('%s', (what, act) => {
  // After step 10 a checkpoint is due, after step 25 the final weights; after the others a line of metrics comes next.
  it.each([3, 10, 25])('at step %i', async (step) => {
    const name = `${what} ${step}`;
    let before: Record<string, string> | null = null;
    const warnings: string[] = [];
    const running = run(name, {
      onStep: (record) => {
        if (record.step !== step) return;
        act(name);
        if (existsSync(at(name))) before = contentsOf(name);
      },
      warn: (message) => warnings.push(message),
    });
    await expect(running).rejects.toThrow(
      /was moved, removed or replaced while the run went on, so nothing more is written/,
    );
    await expect(running).rejects.toThrow(FileError);
    const lock = '.lock';
    const left = (files: Record<string, string> | null) =>
      Object.entries(files ?? {}).filter(([file]) => file !== lock);
    expect(left(existsSync(at(name)) ? contentsOf(name) : null)).toEqual(left(before));
  });
});

it('a directory that was moved can go on where it is now', async () => {
  const move = (record: { step: number }) => {
    if (record.step === 12) renameSync(at('a'), at('b'));
  };
  await expect(run('a', { onStep: move })).rejects.toThrow(/a has no run.json any more/);
  expect(linesOf('b')).toHaveLength(12);
  expect(await run('b', { resume: true })).toMatchObject({ status: 'finished', from: 10 });
  expect(weights('b').equals(weights('whole'))).toBe(true);
});

it('a record that is touched but the same does no harm', async () => {
  const touch = (record: { step: number }) => {
    if (record.step === 12) writeFileSync(at('touched', 'run.json'), JSON.stringify(recordOf('touched')));
  };
  expect(await run('touched', { onStep: touch })).toMatchObject({ status: 'finished' });
});

it('two runs in one directory have two identities', async () => {
  expect(recordOf('whole').id).toMatch(/^[0-9a-f-]{36}$/);
  expect(recordOf('other').id).not.toBe(recordOf('whole').id);
  expect(existsSync(join(at('whole'), '.lock'))).toBe(false);
});
