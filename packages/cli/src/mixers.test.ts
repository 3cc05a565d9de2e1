// A mixer of the user's own, from a module: trained, gone on with, measured and written with like the others.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { capture } from './capture.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-mixers-')));

/** y_t = W x_t: what a mixer without a memory does. It needs no import, for `linear` is handed in by the test. */
const family = (fields: string) => `
const Plain = class {
  constructor(width, init) {
    const { Linear } = globalThis.twillForTests;
    this.o_proj = new Linear(width, width, init.fork('o_proj'));
  }
  init() { return {}; }
  forward(x, state = {}) { return { y: this.o_proj.forward(x), state }; }
  stateSize() { return 0; }
  coreMacs() { return 0; }
};
export const plain = {
  name: 'plain', title: 'Plain', model_type: 'plain', architecture: 'PlainForCausalLM', role: 'linear', fields: {},
  create: ({ hidden_size }, { init }) => new Plain(hidden_size, init),
  ${fields}
};
`;

beforeAll(async () => {
  process.chdir(work);
  Object.assign(globalThis, { twillForTests: await import('twilljs') });
  mkdirSync('mine');
  writeFileSync('mine/plain.mjs', family(''));
  writeFileSync('book.txt', 'Call me Ishmael. Some years ago, never mind how long precisely. '.repeat(60));
});

afterAll(() => {
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

async function twill(line: string): Promise<string> {
  const { code, out, err } = await capture([...line.split(' '), '--device', 'cpu']);
  expect(code, err).toBe(0);
  return out;
}

const small = '--length 16 --batch 2 --hidden-size 16 --layers 2';

it('is found again from any directory, and by whatever goes on with the run', async () => {
  await twill(`train --mixer ./mine/plain.mjs --ratio 1:1 --data book.txt ${small} --steps 4 --out run`);
  const record = JSON.parse(readFileSync('run/run.json', 'utf8'));
  expect(record.origin.modules).toEqual([join(work, 'mine/plain.mjs')]);
  expect(record.model).toMatchObject({ model_type: 'plain', architectures: ['PlainForCausalLM'], ratio: '1:1' });
  process.chdir(tmpdir());
  await twill(`train --out ${join(work, 'run')} --resume --steps 6`);
  expect(await twill(`eval ${join(work, 'run')}`)).toContain('bits per byte');
  expect(await twill(`generate ${join(work, 'run')} --prompt Call --max-tokens 5`)).toMatch(/^Call/);
  process.chdir(work);
  await twill(`train --out run --resume --mixer mine/plain.mjs`);
  await twill('train --init run --data book.txt --length 16 --steps 2 --out tuned');
  await twill('eval tuned');
});

it('is what the module exports as its default, or the only family in it', async () => {
  writeFileSync(
    'default.mjs',
    `${family('').replace('export const plain', 'const plain')}\nexport default plain; export const other = 3;`,
  );
  await twill(`train --mixer default.mjs --data book.txt ${small} --steps 1 --out default`);
});

it('is refused in words', async () => {
  const attempt = async (flags: string) => {
    const { code, err } = await capture(`train ${flags} --data book.txt --out none`.split(' '));
    expect(code).toBe(2);
    expect(err).not.toMatch(/^\s+at /m);
    return err;
  };
  writeFileSync('throws.mjs', 'throw new Error("not today")');
  writeFileSync('taken.mjs', family("name: 'gla',"));
  expect(await attempt('--mixer ./throws.mjs')).toMatch(
    /^train: .\/throws.mjs: cannot be loaded, Error: not today; correct the module/,
  );
  expect(await attempt('--mixer ./taken.mjs')).toMatch(/taken.mjs: its mixer is called gla, as another one is/);
  expect(await attempt('--mixer ./none.mjs')).toMatch(/^train: .\/none.mjs: does not exist; check the path/);
  expect(await attempt('--mixer mamba')).toMatch(/--mixer: "mamba" is no mixer of this version; choose among/);
  expect(await attempt('--measure ./mine/plain.mjs')).toMatch(
    /--measure .\/mine\/plain.mjs: exports a mixer where a measure is needed/,
  );
});
