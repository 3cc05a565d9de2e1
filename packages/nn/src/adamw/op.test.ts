// AdamW on the devices against the f64 reference, over several steps, in place.
import { cpu, type Device, tensor, untracked, zeros } from '@twilljs/tensor';
import { deviation, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { kernels } from '../wasm.ts';
import { adamw } from './op.ts';

/** param, m and v after `steps` steps of the same gradients, tensors [n] each. */
async function trained(n: number, steps: number, beta2: number, device: Device) {
  const make = (values: Float64Array) => tensor(Float32Array.from(values), [n], { device });
  const param = make(noise(n, 1));
  const m = zeros([n], { device });
  const v = zeros([n], { device });
  untracked(() => {
    for (let t = 1; t <= steps; t++) {
      const hyper = tensor([1e-2 / t, 1 - 0.9 ** t, 1 - beta2 ** t], [3], { device });
      const attrs = { beta1: 0.9, beta2, eps: 1e-8, weight_decay: 0.1 };
      const out = adamw(param, make(noise(n, 1 + t)), m, v, hyper, attrs);
      expect([out.param.buffer, out.m.buffer, out.v.buffer]).toEqual([param.buffer, m.buffer, v.buffer]);
    }
  });
  return Promise.all([param, m, v].map((t) => t.data()));
}

describe.each([
  ['cpu', cpu()],
  ['wasm, plain', await wasm({ tier: 'plain', kernels })],
  ['wasm, relaxed', await wasm({ tier: 'relaxed', kernels })],
] as const)('adamw on %s', (_, device) => {
  it.each([1, 2, 7, 63, 100, 257])('%i parameters, ten steps', async (n) => {
    for (const beta2 of [0.95, 0.999]) {
      const ours = await trained(n, 10, beta2, device);
      const exact = await trained(n, 10, beta2, cpu({ float: 'f64' }));
      for (const [i, values] of ours.entries()) expect(deviation(values, exact[i]).error).toBeLessThan(1e-6);
    }
  });

  it('leaves a parameter that never had a gradient to its decay', async () => {
    const make = (value: number) => tensor([value, value, value, value, value], [5], { device });
    const param = make(2);
    const attrs = { beta1: 0.9, beta2: 0.95, eps: 1e-15, weight_decay: 0.5 };
    adamw(param, make(0), make(0), make(0), tensor([0.5, 0.1, 0.05], [3], { device }), attrs);
    expect(Array.from(await param.data())).toEqual([1.5, 1.5, 1.5, 1.5, 1.5]);
  });
});
