// RetNet: the contract of a mixer on every device, the paper's recurrence, gradients, and what is its own.

import { gpujsDevices } from '@twilljs/gpujs/testing';
import { initializer, params, readFields, sequencesOf } from '@twilljs/nn';
import { kernels as nnGpujs } from '@twilljs/nn/gpujs';
import { makeMixer, mixerChecks, paperError } from '@twilljs/nn/testing';
import { scalarDecay } from '@twilljs/scan';
import { cpu, scope, tensor } from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { expect, it } from 'vitest';
import { recurrence, retnet } from './index.ts';
import { kernels as ofWasm } from './wasm.ts';
import { kernels as ofWebgpu } from './webgpu.ts';

const configs = [
  { hidden_size: 16, num_heads: 2 },
  { hidden_size: 16, num_heads: 4, num_kv_heads: 2, expand_v: 1.5, feature_map: 'gelu' },
  { hidden_size: 16, num_heads: 2, num_kv_heads: 1, expand_k: 0.5, use_output_gate: false },
  { hidden_size: 12, num_heads: 3, fuse_norm: false, elementwise_affine: false, feature_map: 'mish' },
];
const devices = [
  cpu(),
  cpu({ float: 'f64' }),
  await wasm({ kernels: ofWasm, poison: true }),
  ...(await webgpuDevices({ kernels: ofWebgpu })).map(([, device]) => device),
];
const slow = gpujsDevices({ kernels: nnGpujs }).map(([, device]) => device);

for (const { name, run } of mixerChecks({ family: retnet, configs, devices, slow })) it(name, run);

it.each(devices.filter(({ name }) => !name.startsWith('cpu')))(
  'has kernels for all that it ran on $name',
  ({ fallbacks }) => expect([...fallbacks.keys()]).toEqual([]),
);

it("is the paper's recurrence", async () => {
  const [B, T, H, K, V] = [2, 37, 3, 5, 7];
  const error = await paperError((make, device) => {
    const [q, k, v] = [make(1, [B, T, H, K]), make(2, [B, T, H, K]), make(3, [B, T, H, V])];
    const S = make(6, [B, H, K, V]);
    const g = tensor([Math.log(31 / 32), Math.log(63 / 64), Math.log(127 / 128)], [H], { device });
    return { paper: recurrence(q.mul(0.5), k, v, S), ours: scalarDecay(q, k, v, g, S, { scale: 0.5 }) };
  });
  expect(error).toBeLessThanOrEqual(1e-12);
});

it('decays in each head by its index alone', async () => {
  const device = cpu({ float: 'f64' });
  const mixer = await makeMixer({ family: retnet, config: { hidden_size: 16, num_heads: 4 }, device });
  const { state } = scope(() => mixer.forward(tensor(noise(32, 1), [1, 2, 16], { device })));
  const at = sequencesOf(device, { B: 1, T: 1, positions: [2], rotary: [mixer.rotary] });
  const silent = scope(() => mixer.forward(tensor(new Float64Array(16), [1, 1, 16], { device }), state, at).state);
  const [before, after] = [state, silent].map(({ recurrent }) => recurrent);
  const [b, a] = [await before.data(), await after.data()];
  for (let h = 0; h < 4; h++) expect(a[h * 32] / b[h * 32]).toBeCloseTo(1 - 2 ** (-5 - h), 12);
});

it('names its norm as FLA does', () => {
  const names = (changes: object) => {
    const fields = readFields(retnet.fields, { num_heads: 2, ...changes }, 'retnet');
    const config = { hidden_size: 8, norm_eps: 1e-6, ...fields, ...changes };
    const context = { init: initializer(0), layer: 0, layers: 1 };
    return [...params(retnet.create(config, context)).keys()].filter((name) => name.includes('norm'));
  };
  expect(names({})).toEqual(['g_norm_swish_gate.weight']);
  expect(names({ fuse_norm: false })).toEqual(['g_norm.weight']);
  expect(names({ use_output_gate: false })).toEqual(['g_norm.weight']);
  expect(names({ elementwise_affine: false })).toEqual([]);
});

it.each([
  [{ num_heads: 3 }, 'RetNet: num_heads=3 does not divide hidden_size * expand_k=16; choose'],
  [{ num_heads: 4, num_kv_heads: 3 }, 'RetNet: num_kv_heads=3 does not divide num_heads=4; choose 1, 2, 4.'],
  [
    { num_heads: 16 },
    'RetNet: hidden_size=16 with num_heads=16 gives heads of K=1 and V=2 but RoPE turns pairs of keys',
  ],
  [{ num_heads: 2, feature_map: 'elu' }, 'retnet: feature_map is "elu" where "gelu", "gelu_10",'],
])('refuses %o', (fields, message) => {
  const made = makeMixer({ family: retnet, config: { hidden_size: 16, ...fields }, device: cpu() });
  return expect(made).rejects.toThrow(message);
});
