// Modules of the user's own: what they may export, how they are told apart, and how a specification names them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/wasm-typescript';
import { cpu } from '@twilljs/tensor';
import { known } from 'twilljs';
import { afterAll, describe, expect, it } from 'vitest';
import { planSweep } from './index.ts';
import { knownIn, knownWith, loadModule, openSpec, sweep, trainCell } from './node.ts';

const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-modules-')));
afterAll(() => rmSync(work, { recursive: true }));

function put(name: string, text: string): string {
  const path = join(work, name);
  writeFileSync(path, text);
  return path;
}

/** Rows of which each asks for its first id at its end. */
const task = (name: string) => `
const rows = (options, B) => {
  const inputs = Int32Array.from({ length: B * options.length }, (_, i) => 1 + (i % options.ids));
  const labels = inputs.map((_, i) => ((i + 1) % options.length === 0 ? inputs[i + 1 - options.length] : -100));
  return { inputs, labels, B, T: options.length };
};
export default {
  name: '${name}', title: 'First id', summary: 'naming the first id',
  fields: {
    length: { type: 'integer', default: 8 }, batch: { type: 'integer', default: 2 },
    ids: { type: 'integer', default: 100 },
  },
  measures: [{
    name: 'share', title: 'share', kind: 'number', better: 'higher',
    compute: async () => ({ notFinite: null, share: 0.5 }),
    value: ({ share }) => share,
    lines: ({ share }) => ['share ' + share],
  }],
  lossUnit: { perNat: 1, name: 'nats' },
  axis: { field: 'length', unit: 'tokens' },
  vocab: ({ ids }) => ids + 1,
  batches: (options) => ({ B: options.batch, T: options.length, vocab: options.ids + 1, batch: () => rows(options, options.batch) }),
  probe: (options) => ({ length: options.length, sets: [{ at: options.length, rows: rows(options, 4) }] }),
};
`;
const measure = `export const width = {
  name: 'width', title: 'width', kind: 'number', better: null,
  compute: async (model) => ({ width: model.config.model.hidden_size }),
  value: ({ width }) => width, lines: ({ width }) => ['width ' + width],
};`;
const first = put('first.mjs', task('first'));
const width = put('width.mjs', measure);

describe('a module', () => {
  it('is known by what it exports', async () => {
    expect(await loadModule(first)).toMatchObject({ kind: 'task', path: first, value: { name: 'first' } });
    expect(await loadModule(width)).toMatchObject({ kind: 'measure', value: { name: 'width' } });
    const drawn = put('figure.mjs', `export default { name: 'mine', title: 'Mine', draw: () => null };`);
    expect(await loadModule(drawn)).toMatchObject({ kind: 'figure', value: { name: 'mine' } });
  });

  it.each<[string, string | null, RegExp]>([
    ['missing.mjs', null, /missing.mjs: does not exist; check the path/],
    ['empty.mjs', 'export const x = 1;', /exports no mixer, task, measure, figure, benchmark or suite; export one/],
    ['two.mjs', `${measure}\n${measure.replace('const width', 'const other')}`, /exports 2 values; export one/],
    ['broken.mjs', 'export default {', /broken.mjs: cannot be loaded, \w*Error: .*; correct the module/],
    ['throws.mjs', 'throw new RangeError("no\\nluck");', /cannot be loaded, RangeError: no; correct/],
    [
      'alone.mjs',
      'import "not-a-package-here";',
      /alone.mjs: cannot be loaded, Error: .*not-a-package-here.*; install what it imports/,
    ],
    ['lines.mjs', 'export default { name: "a b", lines() {} };', /its measure has the name "a b" where a name of/],
    ['kind.mjs', 'export default { name: "a", title: "A", lines() {}, kind: "text" };', /kind "text" where "told" or/],
    [
      'bare.mjs',
      'export default { name: "a", batches() {} };',
      /its task has no title where a text of one line is needed/,
    ],
  ])('%s is refused', async (name, text, message) => {
    const path = text === null ? join(work, name) : put(name, text);
    await expect(loadModule(path)).rejects.toThrow(message);
  });

  it('may not take a name that is taken, and may be named twice', async () => {
    const taken = put('taken.mjs', task('mqar'));
    await expect(knownWith(known, [taken])).rejects.toThrow(/its task is called mqar, as another one is/);
    const once = await knownWith(known, [first, first]);
    expect(once.tasks).toHaveLength(known.tasks.length + 1);
    expect((await knownWith(once, [first])).tasks).toHaveLength(known.tasks.length + 1);
  });

  it('may be TypeScript where Node does not read it by itself, and finds the packages that Node finds', () => {
    // Plain Node, without the loader of the tests.
    symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(work, 'node_modules'));
    const own = readFileSync(new URL('strip-types.ts', import.meta.url), 'utf8');
    put('strip-types.mjs', transformSync(own, { mode: 'strip-only' }).code);
    put('part.ts', 'export type Part = string;\nexport const parts: readonly Part[] = ["a"];');
    put(
      'typed.ts',
      `import swc from '@swc/wasm-typescript';\nimport { type Part, parts } from './part.ts';\n` +
        'export default { name: parts[0] satisfies Part, swc };',
    );
    const main = put(
      'main.mjs',
      `import swc from '@swc/wasm-typescript';
      import { importModule } from './strip-types.mjs';
      const load = () => importModule(new URL('./typed.ts', import.meta.url).href);
      const { default: typed } = await load();
      console.log(typed.name, typed.swc === swc, (await load()).default === typed);`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, [main], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect(stdout, stderr).toBe('a true true\n');
  });
});

describe('a specification', () => {
  const grid = { mixers: ['gla'], training: { steps: 2 } };

  it('names them by their paths, seen from where it lies, and keeps the whole ones', async () => {
    mkdirSync(join(work, 'specs'));
    const path = put(
      'specs/mine.json',
      JSON.stringify({ grids: [{ ...grid, task: '../first.mjs', measures: ['../width.mjs'] }] }),
    );
    const opened = await openSpec(path, known);
    expect(opened.spec).toMatchObject({
      modules: [first, width],
      grids: [{ task: 'first', name: 'first', measures: ['width'] }],
    });
    const [cell] = planSweep(opened.spec, opened.known);
    expect(cell.config.vocab_size).toBe(101); // the first size at hand has 64
    // As another sweep finds it in sweep.json.
    const directory = join(work, 'sweep');
    mkdirSync(directory);
    writeFileSync(
      join(directory, 'sweep.json'),
      JSON.stringify({ version: 1, spec: opened.spec, corpus: null, origin: null }),
    );
    expect(planSweep(opened.spec, await knownIn(directory, known))).toEqual([cell]);
    expect((await openSpec(join(directory, 'sweep.json'), known)).spec).toEqual(opened.spec);
  });

  it('goes on with what it left out, which an axis does not', async () => {
    const directory = join(work, 'going-on');
    mkdirSync(directory);
    const { spec } = await openSpec({ grids: [{ ...grid, task: 'recall', training: { steps: 2, lr: 0.5 } }] }, known);
    writeFileSync(join(directory, 'sweep.json'), JSON.stringify({ version: 1, spec, corpus: null, origin: null }));
    const again = (change: object) =>
      openSpec({ grids: [{ ...grid, task: 'recall', ...change }] }, known, { directory });
    expect((await again({})).spec).toEqual(spec);
    expect((await again({ over: { lr: [0.5, 0.1] } })).spec.grids[0]).toMatchObject({ over: { lr: [0.5, 0.1] } });
  });

  it('with a module of another kind is refused', async () => {
    const wrong = { grids: [{ ...grid, task: width }] };
    await expect(openSpec(wrong, known)).rejects.toThrow(/width.mjs: exports a measure where a task is needed/);
  });

  it('of a name that nobody knows is refused', async () => {
    const json = { grids: [{ ...grid, task: 'recall', measures: ['width'] }] };
    await expect(openSpec(json, known)).rejects.toThrow(
      /measures: "width" is no measure at hand, forget-gate.*; give one, or the path of a module/,
    );
  });
});

it('a sweep that goes on says which module has changed since cells were trained', async () => {
  const mine = put('changing.mjs', task('changing'));
  const path = put(
    'changing.json',
    JSON.stringify({ grids: [{ mixers: ['attention'], task: mine, training: { steps: 1 } }] }),
  );
  const directory = join(work, 'changing');
  const warned: string[][] = [];
  for (const text of [task('changing'), task('changing'), `${task('changing')}// another`]) {
    put('changing.mjs', text);
    const { spec, known: all } = await openSpec(path, known, { directory });
    const warnings: string[] = [];
    await sweep({
      ...{ directory, spec, cells: planSweep(spec, all) },
      run: (job, signal) => trainCell(job, known, { device: cpu(), signal }),
      warn: (message) => warnings.push(message),
    });
    warned.push(warnings);
  }
  expect(warned).toEqual([
    [],
    [],
    [
      `sweep: ${mine} has changed since finished cells were trained; their results stay what they were, another directory has all anew.`,
    ],
  ]);
});
