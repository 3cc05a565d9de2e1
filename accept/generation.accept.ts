// Generation where it is long: on WebGPU for every mixer, and a hybrid that reads 131,072 tokens.
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

it('grows exactly with the full layers of a hybrid', async () => {
  const attn = { layers: [1], num_heads: 4, num_kv_heads: 2 };
  const model = await make({ model_type: 'gated_deltanet', head_dim: 6, num_hidden_layers: 4, attn }, fast);
  using cache = model.cache(1);
  const [text] = drawn(rng(1), [512]);
  const stored: number[] = [];
  for (let tokens = 512; tokens <= MANY; tokens += 512) {
    await read(model, text, cache);
    if (tokens === FEW || tokens === MANY) stored.push(bytesOfStates(await cache.serialize()));
  }
  console.log(`${stored[0]} bytes of states, then ${stored[1]}`);
  expect(stored).toEqual([FEW, MANY].map((tokens) => 4 * model.stateSize(tokens)));
  expect(stored[1] - stored[0]).toBe((MANY - FEW) * 4 * 2 * 2 * 4); // keys and values of two heads of four floats
});
