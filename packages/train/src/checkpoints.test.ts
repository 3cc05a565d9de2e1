// Checkpoint directories: whole or absent, the newest few, and what happens when one is damaged.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError, isTwillError } from '@twilljs/tensor';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Checkpoints } from './checkpoints.ts';
import { mutationsOf } from './mutations.test-data.ts';

let path: string;
const bytes = (n: number) => Uint8Array.from({ length: 1000 }, (_, i) => i * n);
const write = (checkpoints: Checkpoints, step: number) =>
  checkpoints.write(step, { step, tokens: 32 * step }, { 'a.bin': bytes(step), 'b.bin': bytes(step + 1) });
const edit = (at: string, change: (text: string) => string) => {
  const path = join(at, 'state.json');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
};
const silent = () => {
  throw new Error('no warning was expected');
};

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'twill-checkpoints-')), 'checkpoints');
});
afterEach(() => rmSync(join(path, '..'), { recursive: true }));

it('gives back the newest, and keeps as many as it should', () => {
  const checkpoints = new Checkpoints(path, 2);
  expect(checkpoints.newest(silent)).toBeNull();
  for (const step of [9, 10, 11, 100]) write(checkpoints, step);
  expect(readdirSync(path).sort()).toEqual(['step-000011', 'step-000100']);
  const found = checkpoints.newest(silent)!;
  expect(found.step).toBe(100);
  expect(found.state).toEqual({ step: 100, tokens: 3200 });
  expect(found.files.get('b.bin')).toEqual(bytes(101));
});

it('sorts steps of more than six digits as numbers', () => {
  const checkpoints = new Checkpoints(path, 3);
  for (const step of [999_999, 1_000_000, 2]) write(checkpoints, step);
  expect(checkpoints.steps()).toEqual([1_000_000, 999_999, 2]);
});

it.each([
  ['a file is cut short', (at: string) => truncateSync(join(at, 'a.bin'), 999)],
  ['a file has another byte', (at: string) => writeFileSync(join(at, 'a.bin'), bytes(7))],
  ['a file is missing', (at: string) => rmSync(join(at, 'b.bin'))],
  ['state.json is missing', (at: string) => rmSync(join(at, 'state.json'))],
  ['state.json is cut short', (at: string) => truncateSync(join(at, 'state.json'), 30)],
  ['state.json is empty', (at: string) => truncateSync(join(at, 'state.json'), 0)],
  [
    'state.json has another counter',
    (at: string) => edit(at, (text) => text.replace('"tokens": 640', '"tokens": 650')),
  ],
  ['state.json has another step', (at: string) => edit(at, (text) => text.replace('"step": 20', '"step": 10'))],
  [
    'state.json is that of another one',
    (at: string) => edit(at, () => readFileSync(join(at, '../step-000010/state.json'), 'utf8')),
  ],
  ['state.json names a file elsewhere', (at: string) => edit(at, (text) => text.replace('"a.bin"', '"../a.bin"'))],
  ['state.json is of something else', (at: string) => writeFileSync(join(at, 'state.json'), '{"step": 20}')],
  ['all files are missing', (at: string) => rmSync(at, { recursive: true })],
])('goes back to the one before when %s', (what, damage) => {
  const checkpoints = new Checkpoints(path, 2);
  write(checkpoints, 10);
  const newest = write(checkpoints, 20);
  damage(newest);
  const warnings: string[] = [];
  expect(checkpoints.newest((message) => warnings.push(message))!.step).toBe(10);
  expect(warnings).toHaveLength(what.startsWith('all') ? 0 : 1);
  for (const warning of warnings) expect(warning).toContain('step-000020');
});

it('replaces a damaged one of the same step, and leaves nothing temporary', () => {
  const checkpoints = new Checkpoints(path, 2);
  truncateSync(join(write(checkpoints, 10), 'a.bin'), 1);
  write(checkpoints, 10);
  expect(checkpoints.newest(silent)!.files.get('a.bin')).toEqual(bytes(10));
  expect(readdirSync(path)).toEqual(['step-000010']);
});

it('ignores and removes what a killed run left half-written', () => {
  const checkpoints = new Checkpoints(path, 2);
  write(checkpoints, 10);
  for (const name of ['.new-step-000020', '.old-step-000005', 'notes']) {
    mkdirSync(join(path, name));
    writeFileSync(join(path, name, 'model.safetensors'), 'half');
  }
  expect(checkpoints.newest(silent)!.step).toBe(10);
  checkpoints.clean();
  expect(readdirSync(path).sort()).toEqual(['notes', 'step-000010']);
});

it('leaves the older ones alone and nothing half-written when a write fails', () => {
  const checkpoints = new Checkpoints(path, 1);
  write(checkpoints, 10);
  expect(() => checkpoints.write(20, { step: 20 }, { 'no/such/place': bytes(1) })).toThrow(/does not exist/);
  expect(readdirSync(path)).toEqual(['step-000010']);
  expect(existsSync(join(path, 'step-000010', 'a.bin'))).toBe(true);
});

it('says when a file is in the way', () => {
  writeFileSync(path, 'a file');
  expect(() => write(new Checkpoints(path, 2), 1)).toThrow(/is a file where a directory is needed/);
  expect(readFileSync(path, 'utf8')).toBe('a file');
});

it('does not begin anew over checkpoints that are all damaged', () => {
  const checkpoints = new Checkpoints(path, 2);
  for (const step of [10, 20]) truncateSync(join(write(checkpoints, step), 'state.json'), 3);
  const warnings: string[] = [];
  expect(() => checkpoints.newest((message) => warnings.push(message))).toThrow(/none of its 2 checkpoints is whole/);
  expect(warnings).toHaveLength(2);
  expect(readdirSync(path)).toHaveLength(2);
});

it('keeps the pinned one whatever its age', () => {
  const checkpoints = new Checkpoints(path, 2);
  write(checkpoints, 10);
  checkpoints.pinned = 10;
  for (const step of [20, 30, 40]) write(checkpoints, step);
  expect(checkpoints.steps()).toEqual([40, 30, 10]);
  checkpoints.pinned = 40;
  checkpoints.prune(40);
  expect(checkpoints.steps()).toEqual([40, 30]);
});

it('passes over one whose contents cannot be', () => {
  const checkpoints = new Checkpoints(path, 2);
  for (const step of [10, 20]) write(checkpoints, step);
  const warnings: string[] = [];
  const verify = ({ step }: { step: number }) => {
    if (step === 20) throw new FileError('its counters contradict each other.');
  };
  expect(checkpoints.newest((message) => warnings.push(message), verify)?.step).toBe(10);
  expect(warnings).toEqual(['its counters contradict each other. Going back to the checkpoint before it.']);
});

it('reads state.json of version 0.1, which has no checksum of itself', () => {
  const checkpoints = new Checkpoints(path, 2);
  edit(write(checkpoints, 10), (text) => JSON.stringify({ ...JSON.parse(text), self: undefined }));
  expect(checkpoints.newest(silent)?.state).toEqual({ step: 10, tokens: 320 });
});

it('any change to state.json is found, or changes nothing', () => {
  const checkpoints = new Checkpoints(path, 2);
  const at = join(write(checkpoints, 10), 'state.json');
  const text = readFileSync(at, 'utf8');
  fc.assert(
    fc.property(mutationsOf(JSON.parse(text)), (mutated) => {
      writeFileSync(at, mutated);
      try {
        const { state } = checkpoints.read(10);
        // Without the checksum it is a file of version 0.1: the trainer compares its counters.
        if ('self' in JSON.parse(mutated)) expect(state).toEqual({ step: 10, tokens: 320 });
        expect(state.step).toBe(10);
      } catch (error) {
        expect(isTwillError(error), String(error)).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});
