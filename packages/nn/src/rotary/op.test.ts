// What rotary positions are for: scores depend on distances only, lengths stay, and positions far out keep their digits.
import { cpu, type Device, scope, type Tensor, tensor } from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { kernels } from '../wasm.ts';
import { kernels as webgpuKernels } from '../webgpu.ts';
import { rope } from './op.ts';

const D = 24;
const one = (seed: number, device: Device) => tensor(noise(D, seed), [1, 1, 1, D], { device });
const at = (x: Tensor, offset: number) => rope(x, { base: 10000, offset });

describe.each([
  ['cpu', cpu()],
  ['wasm', await wasm({ kernels })],
  ...(await webgpuDevices({ kernels: webgpuKernels })),
] as const)('rope on %s', (_, device) => {
  const score = (q: number, k: number) =>
    scope(() =>
      at(one(1, device), q)
        .mul(at(one(2, device), k))
        .sum(),
    ).item();

  it('scores depend on distances', async () => {
    const near = await score(7, 4);
    for (const shift of [1, 60, 4093, 100_000]) expect(await score(7 + shift, 4 + shift)).toBeCloseTo(near, 5);
    expect(Math.abs((await score(7, 2)) - near)).toBeGreaterThan(1e-3);
  });

  it('keeps lengths, and position 0 as it is', async () => {
    const x = one(3, device);
    const length = async (t: Tensor) => (await scope(() => t.mul(t).sum())).item();
    expect(await length(at(x, 12345))).toBeCloseTo(await length(x), 5);
    expect(Array.from(await at(x, 0).data())).toEqual(Array.from(await x.data()));
  });
});
