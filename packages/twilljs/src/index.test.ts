// The meta package: nothing of the others is missing, and its device has a kernel for everything.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MixerFamily } from '@twilljs/nn';
import { expect, it } from 'vitest';
import * as all from './index.ts';
import * as node from './node.ts';

/** Every mixer has one, under the same name: the oracle of its own tests. And a device that is loaded when it is asked for. */
const left = ['recurrence', 'gpujs', 'customOp'];

const packages: string[] = Object.keys(
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).dependencies,
);
const entriesOf = (name: string): string[] => {
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).exports);
};
const namesOf = async (entry: string): Promise<string[]> => Object.keys(await import(/* @vite-ignore */ entry));

it.each(packages)('has all of %s', async (name) => {
  // Two packages that export one name would lose it here without a word.
  const missing = (await namesOf(name)).filter((each) => !(each in all));
  expect(missing.filter((each) => !left.includes(each))).toEqual([]);
});

it.each(packages.filter((name) => entriesOf(name).includes('./node')))('has all of %s/node in ./node', async (name) => {
  expect((await namesOf(`${name}/node`)).filter((each) => !(each in node))).toEqual([]);
});

it('hands in every mixer that it exports, each under three names of its own', () => {
  const exported = Object.values(all).filter((value) => (value as Partial<MixerFamily>)?.architecture !== undefined);
  expect(new Set(all.mixers)).toEqual(new Set(exported));
  for (const key of ['name', 'model_type', 'architecture'] as const) {
    expect(new Set(all.mixers.map((mixer) => mixer[key])).size).toBe(exported.length);
  }
});

it('trains every mixer on its device without a slow op', async () => {
  const device = await all.device({ name: 'wasm' });
  for (const { model_type, evenHeads } of all.mixers) {
    const sizes = { hidden_size: 16, num_heads: 2, ...evenHeads?.(16, 2) };
    const config = { model_type, ...sizes, num_hidden_layers: 2, vocab_size: 32 };
    const model = await all.hybrid(config, { mixers: all.mixers }).to(device);
    const source = all.mqar({ length: 8, vocab: 32, pairs: 2, batch: 2, source: all.rng(0) });
    const { loss } = await new all.Trainer(model, { steps: 1 }).train(source.batch(0));
    expect(loss).toBeGreaterThan(3);
  }
  expect([...device.fallbacks]).toEqual([]);
});

it('goes to the best device where none is named, to one for all', async () => {
  const sizes = { hidden_size: 16, num_heads: 2, num_hidden_layers: 1, vocab_size: 32 };
  const model = await all.hybrid({ model_type: 'gla', ...sizes }, { mixers: all.mixers }).to();
  expect(model.device.name).toBe((await all.device()).name);
  const files = await all.filesOfModel(model);
  const loaded = await all.modelFromFiles(files, { mixers: all.mixers });
  expect(loaded.model.device).toBe(model.device);
  expect(loaded.notes).toEqual([]);
  const chosen = await all.modelFromFiles(files, { mixers: all.mixers, device: all.cpu() });
  expect(chosen.model.device).toBe(all.cpu());
  const directory = mkdtempSync(join(tmpdir(), 'twill-'));
  await node.save(directory, model);
  const { model: read, notes } = await node.load(directory, { mixers: all.mixers });
  rmSync(directory, { recursive: true });
  expect([read.device, notes]).toEqual([model.device, []]);
  await expect(node.load('/nowhere', { mixers: all.mixers })).rejects.toThrow('/nowhere: does not exist');
  await expect(node.load('/nowhere', undefined as never)).rejects.toThrow('load');
});

it('says which device it chose, and why', async () => {
  const chosen = await all.device();
  const why = chosen.name === 'wasm' ? /^wasm, since WebGPU cannot be used: / : /^it is the graphics card/;
  expect(chosen.report().choice).toMatch(why);
});
