// Generation where it is long: on WebGPU for every mixer, and what a cache takes up from 1,024 tokens to 131,072.
import { kernels as attention } from '@twilljs/attention/webgpu';
import { kernels as nn } from '@twilljs/nn/webgpu';
import { kernels as scan } from '@twilljs/scan/webgpu';
import { rng } from '@twilljs/tensor';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { device } from 'twilljs';
import { expect, it } from 'vitest';
import { bytesOfStates, continuesAlike, read } from '../packages/hybrid/src/continuing.test-data.ts';
import { cases, drawn, make } from '../packages/hybrid/src/models.test-data.ts';

const fast = await device({ name: 'wasm' });
continuesAlike(cases, await webgpuDevices({ kernels: [...nn, ...scan, ...attention] }));

const FEW = 1024;
const MANY = 131072;

/** Bytes in use while a cache holds so many tokens, once the model has recorded what it does, and bytes of its states as they are stored. */
async function heldAt(more: object, ...lengths: number[]): Promise<{ inUse: number; stored: number; size: number }[]> {
  const model = await make(more, fast);
  using cache = model.cache(1);
  const [text] = drawn(rng(1), [512]);
  const held: { inUse: number; stored: number; size: number }[] = [];
  for (let tokens = 512; tokens <= MANY; tokens += 512) {
    await read(model, text, cache);
    if (!lengths.includes(tokens)) continue;
    const stored = bytesOfStates(await cache.serialize());
    held.push({ inUse: fast.bytesInUse, stored, size: 4 * model.stateSize(tokens) });
  }
  model[Symbol.dispose]();
  return held;
}

it.each(cases.filter(([name]) => /^(hgrn2?|retnet|gla|deltanet|gated-deltanet)$/.test(name)))(
  '%s takes up the same from 2,048 tokens to 131,072',
  async (name, more) => {
    const [first, early, late] = await heldAt(more, FEW, 2 * FEW, MANY);
    console.log(`${name}: ${late.stored} bytes of states, ${late.inUse} in use`);
    expect(late).toEqual(early);
    expect([first.stored, first.size]).toEqual([late.stored, late.size]);
    expect(late.stored).toBe(late.size);
  },
);

it.each([1, 2])('a hybrid grows exactly with its full layers, of which it has %i', async (full) => {
  const attn = { layers: [1, 3].slice(0, full), num_heads: 4, num_kv_heads: 2 };
  const more = { model_type: 'gated_deltanet', head_dim: 6, num_hidden_layers: 4, attn };
  const [few, many] = await heldAt(more, FEW, MANY);
  const perToken = full * 2 * 2 * 4 * 4; // keys and values of two heads of four floats
  console.log(
    `${full} full layers: ${few.stored} bytes of states, then ${many.stored}; ${many.inUse - few.inUse} more in use`,
  );
  expect([few.stored, many.stored]).toEqual([few.size, many.size]);
  expect(many.stored - few.stored).toBe((MANY - FEW) * perToken);
});
