// Gated DeltaNet: the contract of a mixer on every device, the paper's recurrence, gradients, and what is its own.

import { gpujsDevices } from '@twilljs/gpujs/testing';
import { kernels as nnGpujs } from '@twilljs/nn/gpujs';
import { makeMixer, mixerChecks, paperError } from '@twilljs/nn/testing';
import { scalarDelta } from '@twilljs/scan';
import { cpu } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { expect, it } from 'vitest';
import { gatedDeltanet, recurrence } from './index.ts';
import { kernels as ofWasm } from './wasm.ts';
import { kernels as ofWebgpu } from './webgpu.ts';

const configs = [
  { hidden_size: 16, head_dim: 6, num_heads: 2, expand_v: 1.5 },
  { hidden_size: 16, head_dim: 4, num_heads: 2, num_v_heads: 4, expand_v: 1, use_gate: false, allow_neg_eigval: true },
  { hidden_size: 12, head_dim: 5, num_heads: 1, use_short_conv: false },
  { hidden_size: 12, head_dim: 5, num_heads: 1, conv_size: 2 },
  { hidden_size: 12, head_dim: 5, num_heads: 1, conv_size: 1 },
];
const devices = [
  cpu(),
  cpu({ float: 'f64' }),
  await wasm({ kernels: ofWasm, poison: true }),
  ...(await webgpuDevices({ kernels: ofWebgpu })).map(([, device]) => device),
];
const slow = gpujsDevices({ kernels: nnGpujs }).map(([, device]) => device);

for (const { name, run } of mixerChecks({ family: gatedDeltanet, configs, devices, slow })) it(name, run);

it.each(devices.filter(({ name }) => !name.startsWith('cpu')))(
  'has kernels for all that it ran on $name',
  ({ fallbacks }) => expect([...fallbacks.keys()]).toEqual([]),
);

it("is the paper's recurrence", async () => {
  const [B, T, H, K, V] = [2, 37, 2, 5, 7];
  const error = await paperError((make) => {
    const [q, k, v] = [make(1, [B, T, H, K]), make(2, [B, T, H, K], (x) => x / 2), make(3, [B, T, H, V])];
    const [g, beta] = [make(4, [B, T, H], (x) => x - 1), make(5, [B, T, H], (x) => (x + 1) / 2)];
    const S = make(6, [B, H, K, V]);
    return { paper: recurrence(q.mul(0.5), k, v, g, beta, S), ours: scalarDelta(q, k, v, g, beta, S, { scale: 0.5 }) };
  });
  expect(error).toBeLessThanOrEqual(1e-12);
});

it('refuses value heads that are no multiple of the heads', () => {
  const made = makeMixer({
    family: gatedDeltanet,
    config: { hidden_size: 16, num_heads: 4, num_v_heads: 2 },
    device: cpu(),
  });
  return expect(made).rejects.toThrow(
    'GatedDeltaNet: num_v_heads=2 is no multiple of num_heads=4; choose 4, 8, 16, ...',
  );
});
