// Products as plans have them: squares of both sizes, depths cut into pieces, and operands that lie in several buffers.
import { cpu, type Device, type Tensor, tensor } from '@twilljs/tensor';
import { deviation, noise } from '@twilljs/tensor/testing';
import { describe, expect, it } from 'vitest';
import { webgpuDevices } from './testing.ts';

const floats = (device: Device, shape: [number, number], seed: number): Tensor =>
  tensor(Float32Array.from(noise(shape[0] * shape[1], seed)), shape, { device });

const devices = [
  ...(await webgpuDevices()),
  // The largest product does not lie in one of these with its factors.
  ...(await webgpuDevices({ bufferBytes: 10 * 2 ** 20 })).map(
    ([, device]) => ['webgpu, small buffers', device] as const,
  ),
];

describe.each(devices)('products on %s', (_, device) => {
  it.each([
    ['large squares', 1300, 1450, 9, true],
    ['few squares of a long depth', 130, 70, 1030, false],
    ['few rows', 3, 70, 700, true],
  ])('of %s', async (_, M, N, K, transposeB) => {
    const run = (on: Device) =>
      floats(on, [M, K], 1)
        .matmul(floats(on, transposeB ? [N, K] : [K, N], 2), { transposeB })
        .data();
    const { error } = deviation(await run(device), await run(cpu({ float: 'f64' })));
    expect(error).toBeLessThan(1e-5);
  });
});
