// HGRN2: the contract of a mixer on every device, the paper's recurrence, gradients, and what is its own.

import { gpujsDevices } from '@twilljs/gpujs/testing';
import { forgetGate, initializer, readFields } from '@twilljs/nn';
import { kernels as nnGpujs } from '@twilljs/nn/gpujs';
import { makeMixer, mixerChecks, paperError } from '@twilljs/nn/testing';
import { vectorDecay } from '@twilljs/scan';
import { cpu } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { expect, it } from 'vitest';
import { hgrn2, recurrence } from './index.ts';
import { kernels as ofWasm } from './wasm.ts';
import { kernels as ofWebgpu } from './webgpu.ts';

const configs = [
  { hidden_size: 16, expand_ratio: 8 },
  { hidden_size: 12, expand_ratio: 4, use_short_conv: true },
  { hidden_size: 12, expand_ratio: null, num_heads: 2, use_short_conv: true, conv_size: 2, elementwise_affine: false },
  { hidden_size: 14, expand_ratio: 6, use_lower_bound: false, use_short_conv: true, conv_size: 1 },
];
const devices = [
  cpu(),
  cpu({ float: 'f64' }),
  await wasm({ kernels: ofWasm, poison: true }),
  ...(await webgpuDevices({ kernels: ofWebgpu })).map(([, device]) => device),
];
const slow = gpujsDevices({ kernels: nnGpujs }).map(([, device]) => device);

for (const { name, run } of mixerChecks({ family: hgrn2, configs, devices, slow })) it(name, run);

it.each(devices.filter(({ name }) => !name.startsWith('cpu')))(
  'has kernels for all that it ran on $name',
  ({ fallbacks }) => expect([...fallbacks.keys()]).toEqual([]),
);

it("is the paper's recurrence", async () => {
  const [B, T, H, K, V] = [2, 37, 2, 5, 7];
  const error = await paperError((make) => {
    const [q, f, i] = [make(1, [B, T, H, K]), make(2, [B, T, H, K], (x) => 3 * x), make(3, [B, T, H, V])];
    const S = make(6, [B, H, K, V]);
    const { log, complement } = forgetGate(f, null, 0);
    return {
      paper: recurrence(q.mul(0.5), i, log.exp(), S),
      ours: vectorDecay(q, complement, i, log, S, { scale: 0.5 }),
    };
  });
  expect(error).toBeLessThanOrEqual(1e-12);
});

it('keeps its bounds on the level of the model', () => {
  const config = { ...readFields(hgrn2.fields, {}, 'hgrn2'), hidden_size: 6, norm_eps: 1e-6 };
  const shared = hgrn2.shared!(config, { init: initializer(0), layers: 5 });
  expect(Object.entries(shared).map(([name, t]) => [name, t.shape])).toEqual([['lower_bounds', [5, 6]]]);
  expect(hgrn2.shared!({ ...config, use_lower_bound: false }, { init: initializer(0), layers: 5 })).toEqual({});
});

it.each([
  [
    { hidden_size: 16 },
    'HGRN2: expand_ratio=128 makes 0 heads that do not fill hidden_size=16; choose a divisor of 16.',
  ],
  [{ hidden_size: 14, expand_ratio: 6 }, 'HGRN2: expand_ratio=6 makes 2 heads that do not fill hidden_size=14;'],
  [
    { hidden_size: 16, expand_ratio: 5, use_lower_bound: false },
    'HGRN2: expand_ratio=5 makes 3 heads that do not fill hidden_size=16;',
  ],
  [{ hidden_size: 16, expand_ratio: null }, 'HGRN2: expand_ratio and num_heads are both null; give one of them.'],
  [
    { hidden_size: 16, expand_ratio: null, num_heads: 3 },
    'HGRN2: num_heads=3 does not divide hidden_size=16; choose 1, 2, 4, 8, 16.',
  ],
])('refuses %o', (config, message) => {
  const made = makeMixer({ family: hgrn2, config, device: cpu() });
  return expect(made).rejects.toThrow(message);
});
