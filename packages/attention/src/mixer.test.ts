// Softmax attention: the contract of a mixer on every device, the paper's recurrence, gradients, and what is its own.

import { gpujsDevices } from '@twilljs/gpujs/testing';
import { kernels as nnGpujs } from '@twilljs/nn/gpujs';
import { makeMixer, mixerChecks, paperError } from '@twilljs/nn/testing';
import { cpu } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { expect, it } from 'vitest';
import { kernels as gpujs } from './gpujs.ts';
import { attention, recurrence, scaledDotProductAttention } from './index.ts';
import { kernels as ofWasm } from './wasm.ts';
import { kernels as ofWebgpu } from './webgpu.ts';

const configs = [
  { hidden_size: 16, num_heads: 2 },
  { hidden_size: 24, num_heads: 6, num_kv_heads: 2, qkv_bias: true, qk_norm: true, rope_theta: 500 },
  { hidden_size: 12, num_heads: 3, num_kv_heads: 1, window_size: 9 },
  { hidden_size: 12, num_heads: 1, window_size: 2 },
];
const devices = [
  cpu(),
  cpu({ float: 'f64' }),
  await wasm({ kernels: ofWasm, poison: true }),
  ...(await webgpuDevices({ kernels: ofWebgpu })).map(([, device]) => device),
];
const slow = gpujsDevices({ kernels: [...nnGpujs, ...gpujs] }).map(([, device]) => device);

for (const { name, run } of mixerChecks({ family: attention, configs, devices, slow })) it(name, run);

it.each(devices.filter(({ name }) => !name.startsWith('cpu')))(
  'has kernels for all that it ran on $name',
  ({ fallbacks }) => expect([...fallbacks.keys()]).toEqual([]),
);

it.each([null, 5])("is the paper's equation, window %s", async (window) => {
  const shape = [2, 37, 2, 6];
  const error = await paperError((make) => {
    const [q, k, v] = [make(1, shape), make(2, shape), make(3, shape)];
    return {
      paper: { o: recurrence(q.mul(0.5), k, v, window).o },
      ours: { o: scaledDotProductAttention(q, k, v, { scale: 0.5, window }) },
    };
  });
  expect(error).toBeLessThanOrEqual(1e-12);
});

it('refuses heads that do not divide the width, and heads that RoPE cannot pair', async () => {
  const run = (config: { hidden_size: number; num_heads: number }) =>
    makeMixer({ family: attention, config, device: cpu() });
  await expect(run({ hidden_size: 16, num_heads: 3 })).rejects.toThrow(
    'Attention: num_heads=3 does not divide hidden_size=16; choose',
  );
  await expect(run({ hidden_size: 9, num_heads: 3 })).rejects.toThrow('an odd size that RoPE cannot pair');
});
