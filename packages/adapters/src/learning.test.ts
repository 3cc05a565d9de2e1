// Adapters learn 32 examples by heart, on a base that stays what it was bit for bit; and are saved and loaded alone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializer, matrices, params } from '@twilljs/nn';
import { rng, storeInBF16 } from '@twilljs/tensor';
import { Trainer } from '@twilljs/train';
import { device, hybrid, mixers } from 'twilljs';
import { afterAll, expect, it } from 'vitest';
import { type AdapterConfig, addAdapter } from './index.ts';
import { loadAdapter, saveAdapter } from './node.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-adapters-'));
afterAll(() => rmSync(home, { recursive: true }));
const wasm = await device({ name: 'wasm' });

/** Examples that begin with a token of their own, which two drawn ones follow. */
const N = 32;
const T = 2;
const random = rng(5);
const rows = Array.from({ length: N }, (_, i) => [i, ...random.ints(T, N)]);
const batch = {
  ...{ B: N, T },
  inputs: Int32Array.from(rows.flatMap((row) => row.slice(0, T))),
  labels: Int32Array.from(rows.flatMap((row) => row.slice(1))),
};
const ids = rows.map((row) => row.slice(0, T));
const labels = rows.map((row) => row.slice(1));

const base = async (more: object, isStored: boolean) => {
  const config = { hidden_size: 64, num_heads: 2, num_hidden_layers: 2, vocab_size: N, ...more };
  const model = hybrid(config as never, { mixers, init: initializer(1, 0.2) });
  if (isStored) for (const t of matrices(model).values()) await storeInBF16(t);
  return model.to(wasm);
};

const lora: AdapterConfig = { peft_type: 'LORA', r: 8, lora_alpha: 16, target_modules: 'all-linear' };
const state: AdapterConfig = { peft_type: 'STATE' };

it.each([
  ['LoRA', { model_type: 'retnet' }, lora, '*.lora_*', 120, false],
  ['LoRA over bf16', { model_type: 'gated_deltanet', head_dim: 32 }, lora, '*.lora_*', 120, true],
  ['states', { model_type: 'retnet' }, state, '*.initial_state.*', 200, false],
  ['states over bf16', { model_type: 'gated_deltanet', head_dim: 32 }, state, '*.initial_state.*', 200, true],
] as const)('%s', async (name, more, config, match, steps, isStored) => {
  const model = await base(more, isStored);
  const weights = new Map(params(model));
  const bits = async () =>
    Promise.all([...weights].map(async ([name, t]) => [name, Buffer.from((await t.data()).buffer).toString('base64')]));
  const before = await bits();
  const untrained = await model.evaluate(ids, labels);
  const adapter = await addAdapter(model, config, { seed: 3 });
  expect(await model.evaluate(ids, labels)).toBe(untrained);

  const groups = [
    { match: '*', trainable: false },
    { match, trainable: true },
  ];
  using trainer = new Trainer(model, { steps, lr: 0.1, weightDecay: 0, groups });
  for (let step = 0; step < steps; step++) await trainer.train(batch);
  const trained = await model.evaluate(ids, labels);
  expect(untrained).toBeGreaterThan(3);
  expect(trained).toBeLessThan(0.05);
  expect(await bits()).toEqual(before);

  const path = join(home, name);
  await saveAdapter(path, adapter);
  const other = await base(more, isStored);
  await loadAdapter(other, path);
  expect(await other.evaluate(ids, labels)).toBe(trained);
  await adapter.remove();
  expect(await model.evaluate(ids, labels)).toBe(untrained);
  expect([...params(model).keys()]).toEqual([...weights.keys()]);
});
