// Modules of the user's own that throw, or whose values are not what they should be: one line says what to correct.
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { capture } from './capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-faulty-')));

const SIZE = '--length 8 --batch 2 --hidden-size 8 --layers 1 --heads 1 --steps 2 --device cpu';

const rows = `{ inputs: new Int32Array(16), labels: new Int32Array(16), B: 2, T: 8 }`;
const measure = (name: string, more: string) => `({
  name: '${name}', title: 'mine', kind: 'number', better: 'lower',
  compute: async () => ({ ${name}: 1 }), value: (found) => found.${name}, lines: () => ['mine 1'], ${more}
})`;
const task = (more: string) => `({
  name: 'mine', title: 'Mine', summary: 'mine',
  fields: { length: { type: 'integer', default: 8 }, batch: { type: 'integer', default: 2 } },
  measures: [${measure('found', '')}], lossUnit: { perNat: 1, name: 'nats' }, axis: { field: 'length', unit: 'tokens' },
  vocab: () => 4, batches: () => ({ B: 2, T: 8, vocab: 4, batch: () => (${rows}) }),
  probe: () => ({ length: 8, sets: [{ at: 8, rows: ${rows} }] }), ${more}
})`;

beforeAll(() => process.chdir(work));

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

let count = 0;

function put(value: string): string {
  const name = `./${count++}.mjs`;
  writeFileSync(name, `export default ${value};`);
  return name;
}

const thrown = (name: string) => `${name}() { throw new RangeError('too far\\nfor me'); }`;

it.each<[string, string, string]>([
  ['vocab', task(thrown('vocab')), 'line \\d+, RangeError: too far; correct the module'],
  ['batches', task(thrown('batches')), 'line \\d+, RangeError: too far; correct the module'],
  [
    'a batch',
    task(`batches: () => ({ B: 2, T: 8, vocab: 4, ${thrown('batch')} })`),
    'line \\d+, RangeError: too far; correct the module',
  ],
  ['probe', task(thrown('probe')), 'line \\d+, RangeError: too far; correct the module'],
  ['no sets', task('probe: () => ({ length: 8, sets: [] })'), 'its probe has no sets to measure on; give one or more'],
  ['no probe', task('probe: () => null'), 'its probe has no sets to measure on; give one or more'],
  ['an axis without a unit', task("axis: { field: 'length' }"), 'an object with a field and a unit is needed'],
  ['a loss without a unit', task('lossUnit: {}'), 'an object with the number perNat and a name is needed'],
  ['a title of control characters', task("title: 'Mine\\u001b[31m'"), 'where a text of one line is needed'],
  ['no measure', task('measures: [1]'), 'a list of measures, a compared one first, is needed'],
])('a task with %s', async (_name, value, message) => {
  const { code, err } = await capture(`train --task ${put(value)} ${SIZE} --out ${count}`.split(' '));
  expect(err).toMatch(new RegExp(message));
  expect(err).not.toMatch(/^ +at |fault of its own/m);
  expect(code).toBe(2);
});

it.each<[string, string, string]>([
  ['throws', measure('own', thrown('compute')), 'line \\d+, RangeError: too far; correct the module'],
  ['gives null', measure('own', 'compute: async () => null'), 'compute gives null where an object of JSON is needed'],
  [
    'gives a list',
    measure('own', 'compute: async () => [1]'),
    'compute gives \\[1\\] where an object of JSON is needed',
  ],
  ['gives no JSON', measure('own', 'compute: async () => ({ own: 3n })'), 'where an object of JSON is needed'],
  [
    'overwrites',
    measure('own', 'compute: async () => ({ hardest: 1 })'),
    'measure own: it gives hardest, which is there',
  ],
  ['tells nothing', measure('own', 'lines: () => null'), 'lines gives null where a list of texts is needed'],
  ['tells a text', measure('own', "lines: () => 'mine'"), 'lines gives "mine" where a list of texts is needed'],
  ['has no value', measure('own', 'value: undefined'), 'its measure has no value where a function is needed'],
  ['has no direction', measure('own', 'better: undefined'), 'has no better where "lower", "higher" or null is needed'],
])('a measure that %s', async (_name, value, message) => {
  const { code, err } = await capture(`train --task parity --measure ${put(value)} ${SIZE} --out ${count}`.split(' '));
  expect(err).toMatch(new RegExp(message));
  expect(err).not.toMatch(/^ +at |fault of its own/m);
  expect(code).toBe(2);
});

it('a run is not compared with itself', async () => {
  const { code, err } = await capture(['compare', 'run', './run']);
  expect(err).toBe('compare: ./run: is given twice; give it once.\n');
  expect(code).toBe(2);
});

it('a measure cannot be called what a cell says already', async () => {
  for (const name of ['losses', 'name', 'failed']) {
    const grid = { task: 'parity', mixers: ['deltanet'], measures: [put(measure(name, ''))], training: { steps: 1 } };
    writeFileSync('grid.json', JSON.stringify({ grids: [grid] }));
    const { code, err } = await capture('sweep grid.json --out grid'.split(' '));
    expect(err).toMatch(`a measure is called ${name}, as something else of every cell is; give it another name.`);
    expect(code).toBe(2);
    expect(existsSync('grid')).toBe(false);
  }
});
