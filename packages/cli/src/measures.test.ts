// Measures by name and by layer, as they may be asked for wrongly, and as files may be damaged.
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenReadSource } from '../../../scripts/vitest/children.ts';
import { capture } from './capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-measures-')));
const source = join(cwd, 'packages/eval/src/index.ts');

childrenReadSource();

const grid = (measures: readonly string[]) => ({
  name: 'probed',
  grids: [
    {
      ...{ task: 'parity', mixers: ['deltanet'], measures, training: { steps: 1 }, data: { length: 6, batch: 2 } },
      sizes: [
        {
          ...{ name: 'tiny', model: { num_hidden_layers: 2, hidden_size: 8, intermediate_size: 8 } },
          ...{ attn: { num_heads: 2 }, mixers: { deltanet: { num_heads: 2 } } },
        },
      ],
    },
  ],
});

const put = (name: string, content: string) => writeFileSync(join(work, name), content);

const probe = (parts: string) =>
  `import { layerMeasure } from '${source}'; export default layerMeasure({ name: 'own', title: 'own', ${parts} });`;

beforeAll(async () => {
  process.chdir(work);
  const size = '--length 6 --hidden-size 8 --layers 2 --heads 2 --device cpu --steps 1';
  const { code, err } = await capture(`train --task parity --mixer deltanet ${size} --out run`.split(' '));
  expect(code, err).toBe(0);
  put('grid.json', JSON.stringify(grid(['forget-gate', 'memoryLength'])));
  const made = await capture('sweep grid.json --out sweep'.split(' '));
  expect(made.code, made.err).toBe(0);
}, 120_000);

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

async function refusal(line: string): Promise<string> {
  const { code, out, err } = await capture(line.split(' '));
  expect([code, out]).toEqual([2, '']);
  return err;
}

describe('a measure that is asked for', () => {
  it.each([
    [
      'eval run --measure forget-gat',
      /--measure: "forget-gat" is no measure at hand, forget-gate, .*; did you mean forget-gate\?/,
    ],
    ['eval run --measure first-token', /"first-token" is no measure at hand, .*; did you mean first-token-mass\?/],
    ['eval run --measure 7', /"7" is no measure at hand, .*; give one, or the path of a module with your own/],
    ['train --task parity --measure memory --out new', /--measure: "memory" is no measure at hand, .*memory-length/],
    ['eval run --measure ./gone.mjs', /gone\.mjs: does not exist; check the path/],
    ['eval run --measure ./grid.json', /grid\.json/],
  ])('%s', async (line, message) => {
    expect(await refusal(line)).toMatch(message);
  });

  it('in a specification is looked for before anything is trained', async () => {
    put('wrong.json', JSON.stringify(grid(['forget-gates'])));
    const message = /grids\[0\]: measures: "forget-gates" is no measure at hand, .*; did you mean forget-gate\?/;
    expect(await refusal('sweep wrong.json --out none')).toMatch(message);
    put('twice.json', JSON.stringify(grid(['forget-gate', 'forgetGate'])));
    expect(await refusal('sweep twice.json --out none')).toMatch(/two of its measures are called forgetGate/);
  });

  it('is one that its run knows, under a name that this version has', async () => {
    const path = join(work, 'run/run.json');
    const before = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      before
        .replace('"measures":[]', '"measures":["writeDepth"]')
        .replace('"measures": []', '"measures": ["writeDepth"]'),
    );
    const err = await refusal('report run');
    expect(err).toMatch(/run(\/run\.json)?: (origin\.measures: "writeDepth" is no measure at hand|.*changed|.*seal)/);
    writeFileSync(path, before);
  });
});

describe('a probe in a module', () => {
  it.each([
    ['sees a number', probe('look: () => 3'), /look gives 3 where a list of tensors, or null, is needed/],
    ['sees numbers', probe('look: () => [3]'), /look gives \[3\] where a list of tensors, or null, is needed/],
    ['looks nowhere', probe('look: 5'), /layerMeasure: look is 5; give a function of a layer/],
    ['throws', probe("look: () => { throw new RangeError('too close') }"), /RangeError: too close; correct the module/],
    [
      'finds a text',
      probe("look: ({ after }) => [after.mean()], value: () => 'deep'"),
      /measure own: value gives "deep" where a number is needed; correct it/,
    ],
    [
      'has another kind',
      "export default { name: 'own', title: 'own', kind: 'byDepth', better: null, value: () => 1, lines: () => [] };",
      /its measure has the kind "byDepth" where "told" or "number" or "byDifficulty" or "byPosition" or "byLayer" is needed/,
    ],
    [
      'has a name that is taken',
      probe('look: () => null').replace("'own'", "'forgetGate'"),
      /is called forgetGate, as another one is/,
    ],
  ])('%s', async (name, content, message) => {
    const file = `${name.replaceAll(' ', '-')}.mjs`;
    put(file, content);
    expect(await refusal(`eval run --measure ./${file} --device cpu`)).toMatch(message);
  });
});

describe('results that hold damaged values by layer', () => {
  const layer = (i: number, more: object = {}) => ({ layer: i, mixer: 'deltanet', role: 'linear', value: 1, ...more });
  it.each<[string, unknown, RegExp]>([
    ['a number', 0.5, /cells\[0\]\.forgetGate is 0\.5 where a list of layer, mixer, role and value/],
    ['nothing', [], /cells\[0\]\.forgetGate is \[\] where a list/],
    ['layers out of order', [layer(1), layer(0)], /cells\[0\]\.forgetGate is \[\{"layer":1/],
    [
      'more than the range',
      [layer(0, { value: 1.5 }), layer(1)],
      /\(a number from 0 to 1, "infinite" or null\), or null,/,
    ],
    ['a word', [layer(0, { value: 'endless' }), layer(1)], /cells\[0\]\.forgetGate is/],
    ['no mixer', [layer(0, { mixer: 3 }), layer(1)], /cells\[0\]\.forgetGate is/],
    ['another role', [layer(0, { role: 'sparse' }), layer(1)], /cells\[0\]\.forgetGate is/],
    ['too few layers', [layer(0)], /where a value for each of 2 layers is needed/],
  ])('%s', async (_, value, message) => {
    const path = join(work, 'sweep/results.json');
    const before = readFileSync(path, 'utf8');
    const results = JSON.parse(before);
    results.cells[0].forgetGate = value;
    writeFileSync(path, JSON.stringify(results));
    expect(await refusal('report sweep')).toMatch(message);
    writeFileSync(path, before);
  });
});
