// What merging and removing change, and that neither leaves a model half changed.
import { filesOfModel, modelFromFiles, store, toF64 } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { initializer, Linear, modules, params } from '@twilljs/nn';
import { cpu, grad, scope, untracked, write } from '@twilljs/tensor';
import { deviation, noise } from '@twilljs/tensor/testing';
import { device, hybrid, mixers } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { type Adapter, addAdapter } from './index.ts';

const config = { hidden_size: 16, num_heads: 2, num_hidden_layers: 2, vocab_size: 20, intermediate_size: 16 };
const ids = [[1, 2, 3, 4, 5, 6]];
const wasm = await device({ name: 'wasm' });

async function adapted(model: LanguageModel): Promise<Adapter> {
  const adapter = await addAdapter(model, {
    peft_type: 'LORA',
    r: 2,
    target_modules: ['q_proj', 'up_proj', 'lm_head'],
  });
  for (const [i, t] of [...adapter.parameters.values()].entries()) write(t, noise(t.size, i));
  return adapter;
}

const logits = async (model: LanguageModel) => [...(await model.logits(ids).data())];
const make = () => hybrid({ model_type: 'gla', ...config }, { mixers, init: initializer(2, 0.2) }).to(cpu());

describe('over a base in bf16', () => {
  it.each([cpu(), wasm])('gradients are those over the same numbers in f32, and nothing is merged', async (device) => {
    const { config, tensors } = await filesOfModel(await make());
    const narrow = [...tensors].map(([name, t]) => [name, store('BF16', t.shape, toF64(t))] as const);
    const results: number[][][] = [];
    for (const dtype of ['f32', 'file'] as const) {
      const { model } = await modelFromFiles({ config, tensors: new Map(narrow) }, { mixers, device, dtype });
      const adapter = await adapted(model);
      const { parameters } = adapter;
      expect([...parameters.values()].every((t) => t.dtype === 'f32')).toBe(true);
      const gradients = scope(() => grad(model.loss(ids), [...parameters.values()]));
      results.push([await logits(model), ...(await Promise.all(gradients.map(async (t) => [...(await t.data())])))]);
      if (dtype === 'f32') continue;
      const before = await logits(model);
      await expect(adapter.merge()).rejects.toThrow(
        /^adapter\.merge: model\.layers\.0\.attn\.q_proj\.weight is kept in bf16, where the sum would be rounded to 8 bits; load the model with dtype f32 to merge\.$/,
      );
      expect(await logits(model)).toEqual(before);
      expect(adapter.parameters.size).toBe(10);
    }
    const [wide, stored] = results;
    expect(stored[0]).toEqual(wide[0]);
    for (const [i, numbers] of stored.entries()) {
      expect(numbers.some((x) => x !== 0)).toBe(true);
      expect(deviation(numbers, wide[i]).error).toBeLessThan(1e-5);
    }
  });
});

it('a merge that breaks off goes on beside the weights, and can be repeated', async () => {
  const model = await make();
  const adapter = await adapted(model);
  const before = await logits(model);
  const broken = modules(model).get('model.layers.1.attn.q_proj') as Linear;
  Object.defineProperty(broken.weight, 'add', {
    configurable: true,
    value: () => {
      throw new Error('no memory');
    },
  });
  await expect(adapter.merge()).rejects.toThrow('no memory');
  expect(adapter.parameters.size).toBe(6);
  expect(deviation(await logits(model), before).error).toBeLessThan(1e-6);
  Reflect.deleteProperty(broken.weight, 'add');
  await adapter.merge();
  expect(adapter.parameters.size).toBe(0);
  expect([...params(model).keys()].filter((name) => name.includes('lora'))).toEqual([]);
  expect(deviation(await logits(model), before).error).toBeLessThan(1e-6);
});

it('what cannot be laid out anew stays as it is', async () => {
  const model = await make();
  const plain = await logits(model);
  const fails = () => Promise.reject(new Error('no memory'));
  Object.defineProperty(model, 'to', { configurable: true, value: fails });
  await expect(addAdapter(model, { peft_type: 'STATE' })).rejects.toThrow('no memory');
  expect(await logits(model)).toEqual(plain);
  Reflect.deleteProperty(model, 'to');
  const adapter = await adapted(model);
  const before = await logits(model);
  Object.defineProperty(model, 'to', { configurable: true, value: fails });
  await expect(adapter.merge()).rejects.toThrow('no memory');
  await expect(adapter.remove()).rejects.toThrow('no memory');
  expect(await logits(model)).toEqual(before);
  Reflect.deleteProperty(model, 'to');
  await adapter.remove();
  expect(await logits(model)).toEqual(plain);
});

it('a learned state is beside a low-rank part, and has no weight to go into', async () => {
  const model = await make();
  const low = await adapted(model);
  const state = await addAdapter(model, { peft_type: 'STATE', layers_to_transform: 1 });
  expect([...state.parameters.keys()]).toEqual(['model.layers.1.attn.initial_state.recurrent']);
  await expect(state.merge()).rejects.toThrow(/initial_state is no weight, so there is none to merge it into/);
  await expect(addAdapter(model, { peft_type: 'STATE' })).rejects.toThrow(
    /layers\.1\.attn has a learned state already/,
  );
  const before = await logits(model);
  await low.merge();
  expect(deviation(await logits(model), before).error).toBeLessThan(1e-6);
  expect(state.parameters.size).toBe(1);
  await state.remove();
  untracked(() => scope(() => model.forward(ids)));
});

it('a layer with a forward of its own is refused', async () => {
  class Own extends Linear {
    override forward(x: Parameters<Linear['forward']>[0]) {
      return super.forward(x).mul(2);
    }
  }
  const model = await make();
  Object.assign(model, { lm_head: new Own(16, 20, initializer(0)) });
  await expect(addAdapter(model, { peft_type: 'LORA', target_modules: ['q_proj', 'lm_head'] })).rejects.toThrow(
    /Own has a forward of its own, which may pass an adapter by/,
  );
  for (const layer of modules(model).values()) if (layer instanceof Linear) expect(layer.lora_A === null).toBe(true);
});
