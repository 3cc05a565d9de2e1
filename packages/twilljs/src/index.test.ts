// The meta package: nothing of the others is missing, and its device has a kernel for everything.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as attention from '@twilljs/attention';
import * as data from '@twilljs/data';
import * as dataNode from '@twilljs/data/node';
import * as deltanet from '@twilljs/deltanet';
import * as evaluation from '@twilljs/eval';
import * as gatedDeltanet from '@twilljs/gated-deltanet';
import * as gla from '@twilljs/gla';
import * as hgrn from '@twilljs/hgrn';
import * as hgrn2 from '@twilljs/hgrn2';
import * as hub from '@twilljs/hub';
import * as hubNode from '@twilljs/hub/node';
import * as hybrid from '@twilljs/hybrid';
import * as nn from '@twilljs/nn';
import * as retnet from '@twilljs/retnet';
import * as scan from '@twilljs/scan';
import * as tensor from '@twilljs/tensor';
import * as train from '@twilljs/train';
import * as trainNode from '@twilljs/train/node';
import * as wasm from '@twilljs/wasm';
import { expect, it } from 'vitest';
import * as all from './index.ts';
import * as node from './node.ts';

/** Every mixer has one, under the same name: the oracle of its own tests. */
const left = ['recurrence'];

const mixers = { attention, deltanet, gatedDeltanet, gla, hgrn, hgrn2, retnet };

it.each(Object.entries({ ...mixers, data, evaluation, hub, hybrid, nn, scan, tensor, train, wasm }))(
  'has all of %s',
  (_, pack: object) => {
    // Two packages that export one name would lose it here without a word.
    const missing = Object.keys(pack).filter((name) => !(name in all));
    expect(missing.filter((name) => !left.includes(name))).toEqual([]);
  },
);

it('has all that needs files in ./node', () => {
  const names = [dataNode, hubNode, trainNode].flatMap((pack: object) => Object.keys(pack));
  expect(names.filter((name) => !(name in node))).toEqual([]);
});

it('has every mixer once, under three names each', () => {
  expect(all.mixers).toHaveLength(Object.keys(mixers).length);
  for (const key of ['name', 'model_type', 'architecture'] as const) {
    expect(new Set(all.mixers.map((mixer) => mixer[key])).size).toBe(all.mixers.length);
  }
});

it('trains every mixer on its device without a slow op', async () => {
  const device = await all.device();
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
  expect(model.device.name).toBe('wasm');
  const files = await all.filesOfModel(model);
  const loaded = await all.modelFromFiles(files, { mixers: all.mixers });
  expect(loaded.model.device).toBe(model.device);
  expect(loaded.notes).toEqual([]);
  const chosen = await all.modelFromFiles(files, { mixers: all.mixers, device: all.cpu() });
  expect(chosen.model.device).toBe(all.cpu());
  const directory = mkdtempSync(join(tmpdir(), 'twill-'));
  await node.saveModel(directory, model);
  const { model: read, notes } = await node.loadModel(directory, { mixers: all.mixers });
  rmSync(directory, { recursive: true });
  expect([read.device, notes]).toEqual([model.device, []]);
  await expect(node.loadModel('/nowhere', { mixers: all.mixers })).rejects.toThrow('/nowhere: does not exist');
  await expect(node.loadModel('/nowhere', undefined as never)).rejects.toThrow('loadModel');
});
