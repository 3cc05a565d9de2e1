// GLA: the contract of a mixer on every device, the paper's recurrence, gradients, and what is its own.

import { gpujsDevices } from '@twilljs/gpujs/testing';
import { params } from '@twilljs/nn';
import { kernels as nnGpujs } from '@twilljs/nn/gpujs';
import { makeMixer, mixerChecks, paperError } from '@twilljs/nn/testing';
import { vectorDecay } from '@twilljs/scan';
import { cpu } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { expect, it } from 'vitest';
import { gla, recurrence } from './index.ts';
import { kernels as ofWasm } from './wasm.ts';
import { kernels as ofWebgpu } from './webgpu.ts';

const configs = [
  { hidden_size: 16, num_heads: 2 },
  { hidden_size: 16, num_heads: 4, num_kv_heads: 2, expand_k: 1, expand_v: 1.5, feature_map: 'silu', fuse_norm: false },
  { hidden_size: 12, num_heads: 2, use_short_conv: true, conv_size: 3, clamp_min: -0.05, elementwise_affine: false },
  { hidden_size: 12, num_heads: 3, num_kv_heads: 1, expand_k: 1, feature_map: 'gelu', use_output_gate: false },
  { hidden_size: 12, num_heads: 3, num_kv_heads: 1, use_short_conv: true, conv_size: 1, feature_map: 'logsigmoid' },
  { hidden_size: 12, num_heads: 2, expand_k: 1, feature_map: 'sqrelu' },
];
const devices = [
  cpu(),
  cpu({ float: 'f64' }),
  await wasm({ kernels: ofWasm, poison: true }),
  ...(await webgpuDevices({ kernels: ofWebgpu })).map(([, device]) => device),
];
const slow = gpujsDevices({ kernels: nnGpujs }).map(([, device]) => device);

for (const { name, run } of mixerChecks({ family: gla, configs, devices, slow })) it(name, run);

it.each(devices.filter(({ name }) => !name.startsWith('cpu')))(
  'has kernels for all that it ran on $name',
  ({ fallbacks }) => expect([...fallbacks.keys()]).toEqual([]),
);

it("is the paper's recurrence", async () => {
  const [B, T, H, K, V] = [2, 37, 2, 5, 7];
  const error = await paperError((make) => {
    const [q, k, v] = [make(1, [B, T, H, K]), make(2, [B, T, H, K]), make(3, [B, T, H, V])];
    const g = make(4, [B, T, H, K], (x) => x - 1);
    const S = make(6, [B, H, K, V]);
    return { paper: recurrence(q.mul(0.5), k, v, g.exp(), S), ours: vectorDecay(q, k, v, g, S, { scale: 0.5 }) };
  });
  expect(error).toBeLessThanOrEqual(1e-12);
});

it.each([
  [{}, 'g_norm_swish_gate.weight'],
  [{ fuse_norm: false }, 'g_norm.weight'],
  [{ use_output_gate: false }, 'g_norm.weight'],
  [{ elementwise_affine: false }, undefined],
])('names its norm as FLA does with %o', async (config, name) => {
  const mixer = await makeMixer({ family: gla, config: { hidden_size: 16, ...config }, device: cpu() });
  expect([...params(mixer).keys()].filter((key) => key.startsWith('g_norm'))).toEqual(name ? [name] : []);
});

it.each([
  [{ hidden_size: 16, num_heads: 3 }, 'GLA: num_heads=3 does not divide hidden_size * expand_k=8; choose 1, 2, 4, 8.'],
  [{ hidden_size: 16, num_kv_heads: 3 }, 'GLA: num_kv_heads=3 does not divide num_heads=4; choose 1, 2, 4.'],
  [{ hidden_size: 16, num_kv_heads: 8 }, 'GLA: num_kv_heads=8 does not divide num_heads=4; choose 1, 2, 4.'],
  [
    { hidden_size: 16, num_heads: 2, expand_k: 0.01 },
    'GLA: hidden_size=16 with num_heads=2 gives heads of K=0 and V=8 where both are needed; enlarge one.',
  ],
  [{ hidden_size: 16, feature_map: 'elu' }, 'gla: feature_map is "elu" where "relu", "sigmoid", "logsigmoid"'],
])('refuses %o', (config, message) => {
  const made = makeMixer({ family: gla, config, device: cpu() });
  return expect(made).rejects.toThrow(message);
});
