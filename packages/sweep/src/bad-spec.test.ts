// Broken specifications: each is refused by a typed error of one line that says what is wrong, before any file is made.
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTwillError } from '@twilljs/tensor';
import { known } from 'twilljs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSpec } from './open-spec.ts';
import { planSweep } from './plan.ts';
import { readSweepText } from './text.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-spec-')));

const good = {
  task: 'recall',
  mixers: ['hgrn2'],
  ratios: ['2'],
  training: { steps: 3 },
  data: { length: 16, pairs: 4, batch: 2 },
};
const sized = (size: object) => ({ sizes: [{ name: 'a', ...size }] });

/** Changes to a good grid. */
const grids: [change: object, message: RegExp][] = [
  [{ task: 'copy' }, /grids\[0\]: task is "copy" where .*"recall".* is needed; choose one/],
  [{ task: 'language', data: { pairs: 3 } }, /data: there is no option pairs; it has length, batch/],
  [{ task: 'language', data: { length: 1e7 } }, /data: length is 10000000 where an integer from 1 to 1048576/],
  [{ section: 'a\u001b[31m' }, /section is "a.*" where a text of one line is needed/],
  [{ name: 'a/b' }, /name is "a\/b", of which no file is named/],
  [{ name: '' }, /name is "", of which no file is named/],
  [{ mixers: 'hgrn2' }, /mixers is "hgrn2" where a list with one or more mixers/],
  [{ mixers: [] }, /mixers is \[\] where a list/],
  [{ mixers: [null] }, /null is no mixer of this version/],
  [{ ratios: '2' }, /ratios is "2" where a list/],
  [{ ratios: ['0'] }, /"0" is neither "pure" nor "3:1"/],
  [{ ratios: ['3'] }, /recall-hgrn2-r3: .* needs 3 layers for its first full one but the model has 2/],
  [{ seeds: 3 }, /seeds is 3 where a list/],
  [{ seeds: [-1] }, /seed is -1 where an integer from 0/],
  [{ seeds: ['1'] }, /seed is "1" where an integer/],
  [{ seeds: [2 ** 60] }, /seed is 1152921504606847000 where an integer/],
  [{ training: null }, /training: steps is missing/],
  [{ training: [] }, /training is \[\] where an object/],
  [{ training: { steps: 0 } }, /training: steps is 0 where an integer from 1/],
  [{ training: { steps: '3' } }, /training: steps is "3" where an integer/],
  [{ training: { steps: 1e99 } }, /training: steps is 1e\+99/],
  [{ training: { steps: 3, lr: 0 } }, /training: lr is 0 where a number above 0/],
  [{ training: { steps: 3, lr: 'fast' } }, /training: lr is "fast"/],
  [{ training: { steps: 3, lr: 100 } }, /training: lr is 100 where .* 10 is needed/],
  [{ training: { steps: 3, warmup: 9 } }, /grids\[0\].training: warmup is 9 but the run has 3 steps; give at most 3/],
  [{ training: { steps: 3, groups: 'all' } }, /grids\[0\].training: groups is "all"; give a list/],
  [
    { training: { steps: 3, groups: [{ match: 'lm_haed.*', lr: 2 }] } },
    /recall-hgrn2-r2: groups: "lm_haed.\*" matches none/,
  ],
  [
    { training: { steps: 3, groups: [{ match: '*', trainable: false }] } },
    /r2: groups: none of the \d+ parameters is trainable/,
  ],
  [{ training: { steps: 3, microBatches: 5 } }, /microBatches is 5, which does not divide a batch of 2/],
  [{ data: [1] }, /data is \[1\] where an object/],
  [{ data: { batch: 0 } }, /data: batch is 0/],
  [{ data: { batch: 2 ** 17, length: 64 } }, /makes 8388608 tokens a step, above the limit of 4194304/],
  [{ data: { length: 15, pairs: 2 } }, /grids\[0\].data: mqar: length = 15 is odd/],
  [{ data: { pairs: 100 } }, /grids\[0\].data: mqar: 100 pairs and a query for each take 400 tokens/],
  [{ data: { vocab: 63 } }, /grids\[0\].data: mqar: vocab = 63 has no two halves/],
  [{ sizes: ['big'] }, /there is no size "big"; choose among recall, language, mini, 340M, 1.3B/],
  [{ sizes: [{}] }, /sizes\[0\]: name is missing/],
  [sized({ name: '../x' }), /name is "..\/x", of which no directory is named/],
  [sized({ model: { hidden_size: -3 } }), /recall-hgrn2-r2: config: hidden_size is -3/],
  [sized({ model: { num_hidden_layers: 1e9 } }), /num_hidden_layers is 1000000000 where an integer from 1 to 16384/],
  [sized({ mixers: { hgrn2: { num_heads: 7 } } }), /recall-hgrn2-r2: .*num_heads=7 does not divide hidden_size=2048/],
  [sized({ mixers: { mamba: {} } }), /"mamba" is no mixer of this version/],
  [sized({ mixers: { gla: 3 } }), /mixers.gla is 3 where an object/],
];

/** Whole files. */
const files: [content: string | Uint8Array, message: RegExp][] = [
  ['', /spec.json: not valid JSON, .* at line 1, column 1/],
  ['{"grids": [', /not valid JSON, expected a value but found the end of the file/],
  ['['.repeat(100_000), /nested more than 64 levels deep/],
  ['[]', /holds a list where a JSON object/],
  ['null', /holds null where a JSON object/],
  [Uint8Array.of(0xff, 0xfe, 0, 1), /is not UTF-8 text/],
  ['{}', /grids is missing where a list/],
  ['{"grids": [null]}', /grids\[0\] is null where an object/],
  [JSON.stringify({ grids: [good, good] }), /two grids have a cell recall-hgrn2-r2-s0; give one of the grids another/],
  [JSON.stringify({ grids: [good], jobs: 2 }), /there is no option jobs; it has name, grids/],
  [JSON.stringify({ name: '../../x', grids: [good] }), /name is "..\/..\/x", of which no file is named/],
  [JSON.stringify({ grids: [{ ...good, task: 'language', data: {} }] }), /of which none can be predicted; give more/],
];

beforeAll(() => {
  process.chdir(work);
  writeFileSync('short.txt', 'Call me');
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

async function refuses(content: string | Uint8Array, message: RegExp): Promise<void> {
  writeFileSync('spec.json', content);
  const error: unknown = await openSpec('spec.json', known, { directory: 'new' })
    .then(({ spec, known: all }) => readSweepText(planSweep(spec, all), { files: ['short.txt'] }))
    .catch((thrown) => thrown);
  expect(isTwillError(error), String(error)).toBe(true);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).not.toContain('\n');
  expect(readdirSync('.').sort()).toEqual(['short.txt', 'spec.json']);
}

it.each(grids)('refuses a grid with %j', (change, message) =>
  refuses(JSON.stringify({ grids: [{ ...good, ...change }] }), message),
);

it.each(files)('refuses a file that is %j', (content, message) => refuses(content, message));
