// Softmax attention: the contract of a mixer on every device, the paper's recurrence, gradients, and what is its own.
import { mixerChecks, mixerGradcheck } from '@twilljs/nn/testing';
import { cpu, scope, tensor } from '@twilljs/tensor';
import { deviation, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { attention, recurrence, scaledDotProductAttention } from './index.ts';
import { kernels } from './wasm.ts';

const configs = [
  { hidden_size: 16, num_heads: 2 },
  { hidden_size: 24, num_heads: 6, num_kv_heads: 2, qkv_bias: true, qk_norm: true, rope_theta: 500 },
  { hidden_size: 12, num_heads: 3, num_kv_heads: 1, window_size: 9 },
  { hidden_size: 12, num_heads: 1, window_size: 2 },
];
const devices = [cpu(), cpu({ float: 'f64' }), await wasm({ kernels, poison: true })];

describe.each(devices)('attention on $name', (device) => {
  describe.each(configs)('%o', (config) => {
    for (const { name, run } of mixerChecks({ family: attention, config, device })) it(name, run);
  });
});

it.each(configs)('has the gradients of its forward: %o', async (config) => {
  expect(await mixerGradcheck({ family: attention, config, device: cpu({ float: 'f64' }) })).toBeLessThanOrEqual(1e-7);
});

it.each([null, 5])("is the paper's equation, window %s", async (window) => {
  const device = cpu({ float: 'f64' });
  const [B, T, H, D] = [2, 37, 2, 6];
  const make = (seed: number) => tensor(noise(B * T * H * D, seed), [B, T, H, D], { device });
  const { paper, ours } = scope(() => {
    const [q, k, v] = [make(1), make(2), make(3)];
    return {
      paper: recurrence(q.mul(0.5), k, v, window),
      ours: scaledDotProductAttention(q, k, v, { scale: 0.5, window }),
    };
  });
  expect(deviation(await ours.data(), await paper.o.data()).error).toBeLessThanOrEqual(1e-12);
});

it('refuses heads that do not divide the width, and heads that RoPE cannot pair', async () => {
  const run = (config: { hidden_size: number; num_heads: number }) =>
    mixerChecks({ family: attention, config, device: cpu() })[0].run();
  await expect(run({ hidden_size: 16, num_heads: 3 })).rejects.toThrow(
    'Attention: num_heads=3 does not divide hidden_size=16; choose',
  );
  await expect(run({ hidden_size: 9, num_heads: 3 })).rejects.toThrow('an odd size that RoPE cannot pair');
});
