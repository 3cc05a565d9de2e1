// AdamW on the devices against the f64 reference, over several steps, in place.

import { gpujsDevices } from '@twilljs/gpujs/testing';
import { cpu, type Device, type Tensor, tensor, untracked, zeros } from '@twilljs/tensor';
import { deviation, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { kernels as gpujsKernels } from '../gpujs.ts';
import { kernels } from '../wasm.ts';
import { kernels as webgpuKernels } from '../webgpu.ts';
import { adamwUpdate, advance } from './op.ts';

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
      const out = adamwUpdate(param, make(noise(n, 1 + t)), m, v, hyper, attrs);
      expect([out.param.buffer, out.m.buffer, out.v.buffer]).toEqual([param.buffer, m.buffer, v.buffer]);
    }
  });
  return Promise.all([param, m, v].map((t) => t.data()));
}

describe.each([
  ['cpu', cpu()],
  ['wasm, plain', await wasm({ tier: 'plain', kernels })],
  ['wasm, relaxed', await wasm({ tier: 'relaxed', kernels })],
  ['wasm, wide', await wasm({ tier: 'wide', kernels })],
  ...(await webgpuDevices({ kernels: webgpuKernels })),
  ...gpujsDevices({ kernels: gpujsKernels }),
] as const)('adamw on %s', (_, device) => {
  it.each([1, 2, 7, 63, 100, 257])('%i parameters, ten steps', async (n) => {
    for (const beta2 of [0.95, 0.999]) {
      const ours = await trained(n, 10, beta2, device);
      const exact = await trained(n, 10, beta2, cpu({ float: 'f64' }));
      for (const [i, values] of ours.entries()) expect(deviation(values, exact[i]).error).toBeLessThan(1e-6);
    }
  });

  it.each([5, 257, 9000])(
    '%i parameters in a recorded step: the count chooses a row, a factor scales, NaN skips',
    async (n) => {
      const attrs = { beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0.1 };
      const make = (seed: number, by = 1) =>
        tensor(
          Float32Array.from(noise(n, seed), (x) => by * Math.fround(x)),
          [n],
          { device },
        );
      const row = (t: number) => [1e-2, 1 - 0.9 ** t, 1 - 0.95 ** t];
      const states = () => [make(1), zeros([n], { device }), zeros([n], { device })] as const;
      const [param, m, v] = states();
      const [param1, m1, v1] = states();
      const count = tensor(Int32Array.of(0), [1], { device });
      const data = (ts: readonly Tensor[]) => Promise.all(ts.map((t) => t.data()));
      for (const [step, factor] of [0.5, Number.NaN, Number.NaN, 1, 0.25, Number.NaN, 2].entries()) {
        const t = (await count.data())[0] + 1;
        const by = tensor([factor], [], { device });
        // The row of the other count is never read.
        const hyper = tensor(t % 2 === 1 ? [...row(t), 0, 0, 0] : [0, 0, 0, ...row(t)], [2, 3], { device });
        adamwUpdate(param, make(2 + step, 4), m, v, hyper, { ...attrs, scale: 0.25 }, count, by);
        advance(count, by);
        if (!Number.isNaN(factor))
          adamwUpdate(param1, make(2 + step, factor), m1, v1, tensor(row(t), [3], { device }), attrs);
        expect(await data([param, m, v])).toEqual(await data([param1, m1, v1]));
      }
      expect(await count.data()).toEqual(Int32Array.of(4));
    },
  );

  it('leaves a parameter that never had a gradient to its decay', async () => {
    const make = (value: number) => tensor([value, value, value, value, value], [5], { device });
    const param = make(2);
    const attrs = { beta1: 0.9, beta2: 0.95, eps: 1e-15, weight_decay: 0.5 };
    adamwUpdate(param, make(0), make(0), make(0), tensor([0.5, 0.1, 0.05], [3], { device }), attrs);
    expect(Array.from(await param.data())).toEqual([1.5, 1.5, 1.5, 1.5, 1.5]);
  });
});
