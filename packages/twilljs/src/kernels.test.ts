// The kernels at a mixer's own entry, beside those of every model: no others are needed to train with it, measure and write.
import { modelKernels } from '@twilljs/nn/wasm';
import { modelKernels as ofWebgpu } from '@twilljs/nn/webgpu';
import { inspectSteps } from '@twilljs/parity';
import { plannedDevice } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import * as all from './index.ts';

const kernelsAt = async (entry: string) => (await import(/* @vite-ignore */ entry)).kernels;

const rows = [
  [1, 2, 3, 4],
  [5, 6, 7, 8],
];

describe.each(all.mixers)('$name', ({ name, model_type, evenHeads }) => {
  const sizes = { hidden_size: 16, num_heads: 2, ...evenHeads?.(16, 2), num_hidden_layers: 2, vocab_size: 32 };

  it('runs on wasm without a slow op', async () => {
    using device = await all.wasm({ kernels: [...modelKernels, ...(await kernelsAt(`@twilljs/${name}/wasm`))] });
    const source = all.mqar({ length: 8, vocab: 32, pairs: 2, batch: 2, source: all.rng(0) });
    for (const optimizer of [all.adamw(), all.muon()]) {
      const model = await all.hybrid({ model_type, ...sizes }, { mixers: all.mixers }).to(device);
      using trainer = new all.Trainer(model, { steps: 1, optimizer });
      await trainer.train(source.batch(0));
      await model.evaluate(rows, undefined, { lengths: [4, 3] });
      await model.logprobs([[1, 2, 3]], { positions: [0, 1], labels: [2, 3] });
      for await (const _ of all.generate(model, [1, 2, 3], { maxTokens: 3 }));
    }
    expect([...device.fallbacks]).toEqual([]);
  });

  it('runs on webgpu without a slow op', async () => {
    const device = plannedDevice([...ofWebgpu, ...(await kernelsAt(`@twilljs/${name}/webgpu`))]);
    const config = { model_type, ...sizes, vocab_size: 256 };
    const model = await all.hybrid(config, { mixers: all.mixers, init: all.shapesOnly() }).to(device);
    await inspectSteps(model, [2, 8]);
    expect([...device.fallbacks]).toEqual([]);
  });
});
