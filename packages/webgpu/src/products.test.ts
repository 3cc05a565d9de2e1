// Products as plans have them: squares of both sizes, depths cut into pieces, and operands that lie in several buffers.
import { cast, cpu, type Device, type Tensor, tensor } from '@twilljs/tensor';
import { deviation, noise } from '@twilljs/tensor/testing';
import { describe, expect, it } from 'vitest';
import { webgpuDevices } from './testing.ts';

const floats = (device: Device, shape: [number, number], seed: number): Tensor =>
  tensor(Float32Array.from(noise(shape[0] * shape[1], seed)), shape, { device });

const [large] = await webgpuDevices();
// No two operands of a product lie in one of these buffers.
const [small] = await webgpuDevices({ bufferBytes: 2 ** 20 });

describe.skipIf(!large)('products on webgpu', () => {
  it.each([
    ['large squares', large, 1300, 1450, 9, true],
    ['few squares of a long depth', large, 130, 70, 1030, false],
    ['few rows', large, 3, 70, 700, true],
    ['matrices in several buffers', small, 400, 350, 300, false],
  ] as const)('of %s', async (_, entry, M, N, K, transposeB) => {
    const run = (on: Device) =>
      floats(on, [M, K], 1)
        .matmul(floats(on, transposeB ? [N, K] : [K, N], 2), { transposeB })
        .data();
    const { error } = deviation(await run(entry[1]), await run(cpu({ float: 'f64' })));
    expect(error).toBeLessThan(1e-5);
  });

  it.each([1, 3, 50])('of %i rows with a matrix in bf16 have the bits of its numbers', async (M) => {
    const [, device] = large;
    const [N, K] = [37, 71];
    const a = floats(device, [M, K], 1);
    for (const [transposeB, shape] of [[true, [N, K]] as const, [false, [K, N]] as const]) {
      const b = tensor(noise(N * K, 2), [...shape], { device, dtype: 'bf16' });
      const [ours, expected] = [b, cast(b)].map((b) => a.matmul(b, { transposeB }));
      expect(await ours.data()).toEqual(await expected.data());
    }
  });
});
