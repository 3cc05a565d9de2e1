// run.json as it is read: whatever stands there is of its kind, or the file and the field are named.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError, isTwillError } from '@twilljs/tensor';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { Claim } from './claim.ts';
import { firstDifference } from './difference.ts';
import { mutationsOf } from './mutations.test-data.ts';
import { type TrainOptions, trainOptions } from './options.ts';
import { type Machine, type RunRecord, readRunRecord } from './record.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-record-'));
const path = join(home, 'run.json');
afterAll(() => rmSync(home, { recursive: true }));

const machine: Machine = { device: 'wasm', tier: 'relaxed', node: '20.19.0', v8: '11.3' };
const training: TrainOptions = trainOptions({
  ...{ steps: 50, lr: 0.01, warmup: 2, decay: 'cosine', minRatio: 0.1, beta1: 0.9, beta2: 0.95, eps: 1e-8 },
  ...{ weightDecay: 0.1, decayed: 'matrices', maxNorm: 1, microBatches: 1, maxSkips: 10 },
});
const whole: RunRecord = {
  ...{ id: '6f3c', status: 'interrupted', step: 30, skipped: 2, command: ['twill', 'train'] },
  origin: { text: ['/b/*.txt'], evaluation: [], modules: ['/m.mjs'], measures: ['forgetGate'], device: 'auto' },
  code: [{ path: '/m.mjs', sha256: 'ef' }],
  every: { validation: null, checkpoint: 10 },
  ...{ model: { model_type: 'gla', attn: { layers: [1] } }, training, data: { kind: 'text', sha256: 'ab' }, seed: 1 },
  init: { directory: 'runs/a', sha256: 'cd', dtype: 'f32' },
  adapter: null,
  best: { of: 'loss', direction: 'lower', step: 20, value: 1.5 },
  frozen: null,
  parameters: { all: 90, trained: 30 },
  ...machine,
  version: '0.1.0',
  extended: [{ step: 25, from: 25, to: 50 }],
  resumed: [{ step: 25, ...machine }],
};
/** As version 0.1 wrote it. */
const {
  id: _id,
  skipped: _skipped,
  init: _init,
  best: _best,
  extended: _extended,
  adapter: _adapter,
  parameters: _parameters,
  ...sealed
} = whole;
const { origin: _origin, code: _code, every: _every, ...old } = sealed;

const read = (json: unknown): RunRecord => {
  writeFileSync(path, typeof json === 'string' ? json : JSON.stringify(json));
  return readRunRecord(home);
};

it('reads what a run writes, and what version 0.1 wrote', () => {
  expect(read(whole)).toEqual(whole);
  const absent = {
    id: null,
    skipped: 0,
    init: null,
    adapter: null,
    parameters: null,
    best: null,
    extended: [],
    code: [],
  };
  const nowhere = { text: [], evaluation: [], modules: [], measures: [], device: null };
  expect(read(old)).toEqual({ ...old, ...absent, origin: nowhere, every: { validation: null, checkpoint: null } });
});

it('finds in the command of version 0.1 where a run came from', () => {
  const words = 'twill train --data /a/*.txt /b.txt --eval-data /c.txt --mixer /m/own.mjs --eval-every 40 --device cpu';
  const { origin, every } = read({ ...old, command: words.split(' ') });
  expect(origin).toEqual({
    text: ['/a/*.txt', '/b.txt'],
    evaluation: ['/c.txt'],
    modules: ['/m/own.mjs'],
    measures: [],
    device: 'cpu',
  });
  expect(every).toEqual({ validation: 40, checkpoint: null });
  expect(read({ ...old, command: ['twill', 'train', '--mixer', 'gla', '--data'] }).origin).toMatchObject({
    ...{ text: [], modules: [] },
  });
});

it('finds the mixer of version 0.1 in the run that another one began with, however records name each other', () => {
  const inits = ['a', 'b', 'c'].map((name) => join(home, name));
  const begins = (i: number, command: string[]) =>
    writeFileSync(
      join(inits[i], 'run.json'),
      JSON.stringify({ ...old, command, init: { directory: inits[(i + 1) % 3], sha256: 'cd' } }),
    );
  for (const directory of inits) mkdirSync(directory);
  for (const i of inits.keys()) begins(i, ['twill', 'train']);
  expect(readRunRecord(inits[0]).origin.modules).toEqual([]);
  begins(2, ['twill', 'train', '--mixer', './own.ts']);
  expect(readRunRecord(inits[0]).origin.modules).toEqual(['./own.ts']);
});

it.each<[string, unknown, RegExp]>([
  ['a path in numbers', { ...whole, origin: { ...whole.origin, text: [3] } }, /origin.text\[0\] is 3 where a text/],
  ['no JSON', '{"status":', /not valid JSON/],
  ['no object', '[]', /a list where a JSON object/],
  ['another status', { ...whole, status: 'done' }, /status is "done" where "running" or .* "finished" is needed/],
  ['no status', { ...whole, status: undefined }, /status is missing where/],
  ['a step in words', { ...whole, step: '30' }, /step is "30" where a whole number from 0/],
  ['a step of -1', { ...whole, step: -1 }, /step is -1 where/],
  ['a step beyond the plan', { ...whole, step: 51 }, /step is 51 but training.steps is 50/],
  ['a huge step', { ...whole, step: 1e300 }, /step is 1e\+300 where/],
  ['an end in the middle', { ...whole, status: 'finished' }, /status is finished but step is 30 of 50/],
  ['more skips than steps', { ...whole, skipped: 31 }, /skipped is 31 but step is 30/],
  ['a command that is no list', { ...whole, command: 'twill' }, /command is "twill" where a list/],
  ['a command of numbers', { ...whole, command: ['twill', 3] }, /command\[1\] is 3 where a text/],
  ['a misspelt field', { ...whole, statsu: 'x' }, /"statsu" is no field of it, where status may be meant/],
  ['toString', '{"toString": 1}', /"toString" is no field/],
  ['__proto__', '{"__proto__": {"status": "finished"}}', /"__proto__" is no field/],
  ['a setting that cannot be', { ...whole, training: { ...training, lr: -1 } }, /training cannot be \(train: lr is -1/],
  [
    'an unknown setting',
    { ...whole, training: { ...training, lrate: 1 } },
    /training cannot be \(train: there is no option lrate/,
  ],
  ['training that is none', { ...whole, training: null }, /training is null where an object/],
  ['a resume beyond the plan', { ...whole, resumed: [{ step: 77, ...machine }] }, /resumed\[0\].step is 77/],
  ['a resume without a device', { ...whole, resumed: [{ step: 7 }] }, /resumed\[0\].device is missing/],
  ['a best beyond the plan', { ...whole, best: { ...whole.best, step: 99 } }, /best.step is 99/],
  ['an extension back', { ...whole, extended: [{ step: 25, from: 60, to: 50 }] }, /extended\[0\] goes from 60 to 50/],
  ['an extension to elsewhere', { ...whole, extended: [{ step: 25, from: 25, to: 40 }] }, /goes on to 40 steps but/],
])('names %s', (_, json, message) => {
  expect(() => read(json)).toThrow(message);
  expect(() => read(json)).toThrow(FileError);
  expect(() => read(json)).toThrow(new RegExp(`^${path}: `));
});

it('where there is none: the directory is named', () => {
  expect(() => readRunRecord(join(home, 'none'))).toThrow(/none: has no run.json; name the directory of a run/);
});

it.each([
  ['of this version', whole],
  ['of version 0.1', old],
])('any change to a record %s gives a record or a typed error, also to who resumes by it', (_, record) => {
  fc.assert(
    fc.property(mutationsOf(record), (text) => {
      try {
        const found = read(text);
        expect(found.step).toBeLessThanOrEqual(found.training.steps);
        new Claim(home, whole, machine, { command: [], every: whole.every, resume: true, warn: () => {} });
      } catch (error) {
        expect(isTwillError(error), String((error as Error).stack)).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

it('differences are those of own keys', () => {
  expect(firstDifference(JSON.parse('{"toString":1}'), {}, 'data')).toEqual({
    path: 'data.toString',
    before: '1',
    now: 'absent',
  });
  expect(firstDifference({}, JSON.parse('{"__proto__":{}}'), 'data')?.path).toBe('data.__proto__');
  expect(firstDifference(JSON.parse('{"constructor":null}'), { constructor: null }, 'data')).toBeNull();
});
