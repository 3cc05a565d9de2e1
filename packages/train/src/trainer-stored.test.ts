// A model whose matrices are stored in bf16: they cannot be trained, and what else is trained is what f32 of the same numbers trains: to
// the bit on cpu, and on wasm but for the gradient of what several projections read, which f32 forms as one sum and bf16 as several.
import { filesOfModel, modelFromFiles, readWeights, store, toF64 } from '@twilljs/hub';
import { matrices, params } from '@twilljs/nn';
import { cpu } from '@twilljs/tensor';
import { device, mixers } from 'twilljs';
import { expect, it } from 'vitest';
import { batchOf, modelOn } from './recorded.test-data.ts';
import { Trainer } from './trainer.ts';

async function rounded() {
  const { config, tensors } = await filesOfModel(await modelOn(cpu(), 'gla'));
  const stored = [...tensors].map(([name, t]) => [name, store('BF16', t.shape, toF64(t))] as const);
  return { config, tensors: new Map(stored) };
}

it('trains what is left to train, on both', async () => {
  const files = await rounded();
  for (const on of [cpu(), await device({ name: 'wasm' })]) {
    const results = [];
    for (const dtype of ['f32', 'file'] as const) {
      const { model } = await modelFromFiles(files, { mixers, device: on, dtype });
      const names = [...matrices(model).keys()];
      const groups = names.map((match) => ({ match, trainable: false }));
      using trainer = new Trainer(model, { steps: 6, lr: 1e-2, groups });
      expect([...trainer.frozen.keys()]).toEqual(names);
      const losses = [];
      for (let step = 0; step < 6; step++) losses.push((await trainer.train(batchOf(step))).loss);
      const weights = await readWeights(params(model));
      for (const name of names) {
        if (dtype === 'file') expect(weights.get(name)).toEqual(files.tensors.get(name));
      }
      results.push({ losses, trained: [...weights].filter(([name]) => !names.includes(name)) });
      model[Symbol.dispose]();
    }
    expect(new Set(results[0].losses).size).toBe(6);
    if (on === cpu()) expect(results[1]).toEqual(results[0]);
    const [expected, found] = results.map(({ losses, trained }) => [
      ...losses,
      ...trained.flatMap(([, tensor]) => [...toF64(tensor)]),
    ]);
    const error = Math.max(...expected.map((value, i) => Math.abs(value - found[i])));
    expect(error).toBeLessThan(1e-5);
  }
});

it('refuses to train them', async () => {
  const { model } = await modelFromFiles(await rounded(), { mixers, device: cpu(), dtype: 'file' });
  expect(() => new Trainer(model, { steps: 1 })).toThrow(
    /^groups: model\.embeddings\.weight and \d+ more would be trained but are stored in bf16, of which there is no gradient; load the model with dtype: 'f32', or freeze them, such as by \{ match: "\*", trainable: false \} before what shall learn\.$/,
  );
  expect(() => new Trainer(model, { steps: 1, groups: [{ match: '*_proj.*', trainable: false }] })).toThrow(
    /^groups: model\.embeddings\.weight and 1 more would be trained/,
  );
});
