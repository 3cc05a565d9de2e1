// Gated DeltaNet: the contract of a mixer on every device, the paper's recurrence, gradients, and what is its own.

import { mixerChecks, mixerGradcheck } from '@twilljs/nn/testing';
import { kernels as nn } from '@twilljs/nn/wasm';
import { scalarDelta } from '@twilljs/scan';
import { kernels as scan } from '@twilljs/scan/wasm';
import { cpu, scope, tensor } from '@twilljs/tensor';
import { deviation, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { gatedDeltanet, recurrence } from './index.ts';

const configs = [
  { hidden_size: 16, head_dim: 6, num_heads: 2, expand_v: 1.5 },
  { hidden_size: 16, head_dim: 4, num_heads: 2, num_v_heads: 4, expand_v: 1, use_gate: false, allow_neg_eigval: true },
  { hidden_size: 12, head_dim: 5, num_heads: 1, use_short_conv: false },
  { hidden_size: 12, head_dim: 5, num_heads: 1, conv_size: 2 },
  { hidden_size: 12, head_dim: 5, num_heads: 1, conv_size: 1 },
];
const devices = [cpu(), cpu({ float: 'f64' }), await wasm({ kernels: [...nn, ...scan], poison: true })];

describe.each(devices)('gated-deltanet on $name', (device) => {
  describe.each(configs)('%o', (config) => {
    for (const { name, run } of mixerChecks({ family: gatedDeltanet, config, device })) it(name, run);
  });
});

it.each(configs)('has the gradients of its forward: %o', async (config) => {
  expect(await mixerGradcheck({ family: gatedDeltanet, config, device: cpu({ float: 'f64' }) })).toBeLessThanOrEqual(
    1e-7,
  );
});

it("is the paper's recurrence", async () => {
  const device = cpu({ float: 'f64' });
  const [B, T, H, K, V] = [2, 37, 2, 5, 7];
  const make = (seed: number, shape: number[], map = (x: number) => x) =>
    tensor(
      noise(
        shape.reduce((a, b) => a * b, 1),
        seed,
      ).map(map),
      shape,
      { device },
    );
  const { paper, ours } = scope(() => {
    const [q, k, v] = [make(1, [B, T, H, K]), make(2, [B, T, H, K], (x) => x / 2), make(3, [B, T, H, V])];
    const [g, beta] = [make(4, [B, T, H], (x) => x - 1), make(5, [B, T, H], (x) => (x + 1) / 2)];
    const S = make(6, [B, H, K, V]);
    return { paper: recurrence(q.mul(0.5), k, v, g, beta, S), ours: scalarDelta(q, k, v, g, beta, S, { scale: 0.5 }) };
  });
  expect(deviation(await ours.y.data(), await paper.o.data()).error).toBeLessThanOrEqual(1e-12);
  expect(deviation(await ours.state.data(), await paper.S.data()).error).toBeLessThanOrEqual(1e-12);
});

it('refuses value heads that are no multiple of the heads', () => {
  const check = mixerChecks({
    family: gatedDeltanet,
    config: { hidden_size: 16, num_heads: 4, num_v_heads: 2 },
    device: cpu(),
  });
  return expect(check[0].run()).rejects.toThrow(
    'GatedDeltaNet: num_v_heads=2 is no multiple of num_heads=4; choose 4, 8, 16, ...',
  );
});
