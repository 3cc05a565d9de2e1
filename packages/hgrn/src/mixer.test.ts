// HGRN: the contract of a mixer on every device, the paper's recurrence, gradients, and what is its own.

import { gpujsDevices } from '@twilljs/gpujs/testing';
import { initializer, params, readFields } from '@twilljs/nn';
import { kernels as nnGpujs } from '@twilljs/nn/gpujs';
import { makeMixer, mixerChecks, paperError } from '@twilljs/nn/testing';
import { elementwise } from '@twilljs/scan';
import { cpu, keep, scope, type Tensor, tensor } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { expect, it } from 'vitest';
import { hgrn, recurrence } from './index.ts';
import { kernels as ofWasm } from './wasm.ts';
import { kernels as ofWebgpu } from './webgpu.ts';

const configs = [
  { hidden_size: 12 },
  { hidden_size: 10, use_short_conv: true },
  { hidden_size: 8, expand_ratio: 1.5, use_lower_bound: false, elementwise_affine: false },
  { hidden_size: 12, use_lower_bound: false, use_short_conv: true, conv_size: 2 },
  { hidden_size: 12, use_short_conv: true, conv_size: 1 },
];
const devices = [
  cpu(),
  cpu({ float: 'f64' }),
  await wasm({ kernels: ofWasm, poison: true }),
  ...(await webgpuDevices({ kernels: ofWebgpu })).map(([, device]) => device),
];
const slow = gpujsDevices({ kernels: nnGpujs }).map(([, device]) => device);
const f64 = cpu({ float: 'f64' });

for (const { name, run } of mixerChecks({ family: hgrn, configs, devices, slow })) it(name, run);

it.each(devices.filter(({ name }) => !name.startsWith('cpu')))(
  'has kernels for all that it ran on $name',
  ({ fallbacks }) => expect([...fallbacks.keys()]).toEqual([]),
);

it("is the paper's recurrence", async () => {
  const [B, T, D] = [2, 37, 5];
  const error = await paperError((make) => {
    const [c, mu] = [make(1, [B, T, D]), make(2, [B, T, D], (x) => (x + 1) / 2)];
    const gamma = make(3, [D], (x) => (x + 1) / 2);
    const h = make(4, [B, D]);
    const lambda = mu.mul(gamma.neg().add(1)).add(gamma);
    return { paper: recurrence(c, mu, gamma, h), ours: elementwise(lambda.neg().add(1).mul(c), lambda.log(), h) };
  });
  expect(error).toBeLessThanOrEqual(1e-12);
});

/** The state after one token: what a layer writes of it, of the layers of a model with these bounds. */
async function written(bounds: Tensor, layer: number, f: number): Promise<number> {
  const config = { ...readFields(hgrn.fields, {}, 'hgrn'), hidden_size: 1, norm_eps: 1e-6 };
  const context = { init: initializer(0), layer, layers: bounds.shape[0], shared: { lower_bounds: bounds } };
  const mixer = hgrn.create(config, context);
  for (const [name, t] of params(mixer)) {
    const value = name.startsWith('f_proj') ? f : 1;
    if (name !== 'lower_bounds') t.moveTo(keep(tensor([value], t.shape, { device: f64 })), 0);
  }
  const { state } = scope(() => mixer.forward(tensor([1], [1, 1, 1], { device: f64 })));
  return (await (state.recurrent as Tensor).data())[0];
}

it.each([-40, -3, 0, 2, 30])('keeps its gate above the bound of its layer: f = %d', async (f) => {
  const bounds = keep(tensor([0, 1, -1, 0.5], [4, 1], { device: f64 }));
  const e = [1, Math.E, Math.exp(-1), Math.exp(0.5)];
  const total = e.reduce((a, b) => a + b);
  for (let layer = 0; layer < 4; layer++) {
    const gamma = e.slice(1, layer + 1).reduce((a, b) => a + b, 0) / total;
    const expected = ((1 - gamma) / (1 + Math.exp(f))) * (1 / (1 + Math.exp(-1)));
    expect(Math.abs((await written(bounds, layer, f)) / expected - 1)).toBeLessThan(1e-13);
  }
});

it('wants its bounds from the model above the first layer', () => {
  const config = { ...readFields(hgrn.fields, {}, 'hgrn'), hidden_size: 6, norm_eps: 1e-6 };
  const make = (layer: number) => () => hgrn.create(config, { init: initializer(0), layer, layers: 2 });
  expect(make(0)).not.toThrow();
  expect(make(1)).toThrow(
    'HGRN: layer 1 has a lower bound but no lower_bounds are shared; hand in what hgrn.shared makes.',
  );
});

it('keeps its bounds on the level of the model', () => {
  const config = { ...readFields(hgrn.fields, {}, 'hgrn'), hidden_size: 6, norm_eps: 1e-6 };
  const shared = hgrn.shared!(config, { init: initializer(0), layers: 5 });
  expect(Object.entries(shared).map(([name, t]) => [name, t.shape])).toEqual([['lower_bounds', [5, 6]]]);
  expect(hgrn.shared!({ ...config, use_lower_bound: false }, { init: initializer(0), layers: 5 })).toEqual({});
});

it.each([
  [{ expand_ratio: 2 }, 'HGRN: expand_ratio=2 makes 32 channels of hidden_size=16 but lower bounds have 16; set'],
  [{ expand_ratio: 0.01 }, 'HGRN: hidden_size=16 with expand_ratio=0.01 leaves no channel; enlarge one.'],
])('refuses %o', (fields, message) => {
  const made = makeMixer({ family: hgrn, config: { hidden_size: 16, ...fields }, device: cpu() });
  return expect(made).rejects.toThrow(message);
});
