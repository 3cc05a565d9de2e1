// Projections of one input: the bits of one linear each, whatever wants a gradient, but for that of the input, which a kernel forms as
// one sum; layers that are more than a weight fall apart.
import { cpu, type Device, gradOf, parameter, type Tensor, tensor } from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { initializer } from '../initializer.ts';
import { linear, linears } from '../ops.ts';
import { kernels } from '../wasm.ts';
import { kernels as webgpuKernels } from '../webgpu.ts';
import { Linear, projections } from './layer.ts';

const floats = (device: Device, shape: number[], seed: number): Tensor =>
  tensor(noise(shape[0] * shape[1], seed), shape, { device });

const bitsOf = async (tensors: readonly Tensor[]): Promise<string[]> =>
  Promise.all(
    tensors.map(async (t) =>
      String(
        new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(new Uint8Array((await t.data()).buffer)))),
      ),
    ),
  );

const devices: [name: string, make: () => Device | Promise<Device>][] = [
  ['cpu', async () => cpu({ poison: true })],
  ['cpu f64', async () => cpu({ float: 'f64' })],
  ['plain', () => wasm({ tier: 'plain', kernels, poison: true })],
  ['relaxed', () => wasm({ tier: 'relaxed', kernels, poison: true })],
  ['wide', () => wasm({ tier: 'wide', kernels, poison: true })],
  ...(await webgpuDevices({ kernels: webgpuKernels })).map(([name, device]): [string, () => Device] => [
    name,
    () => device,
  ]),
];

/**
 * Rows, inputs, outputs: few rows; sums in several pieces; more columns than are packed at a time; no outputs; no rows; more parts than
 * a launch takes.
 */
const sizes: [M: number, I: number, outputs: number[]][] = [
  [1, 40, [40, 3, 1, 70, 8]],
  [5, 300, [17]],
  [47, 70, [64, 64, 2, 2, 64, 64]],
  [205, 270, [300, 9, 31, 12]],
  [60, 600, [40, 33]],
  [50, 140, [1100, 1100]],
  [3, 4, [0, 5, 0]],
  [0, 4, [3, 2]],
  [9, 40, [8, 3, 8, 8, 70, 8, 8, 8]],
  [20, 30, [600, 5, 600, 600, 600, 600, 600]],
];

describe.each(devices)('linears on %s', (name, make) => {
  it.each(name.startsWith('cpu') ? sizes.filter(([M, I]) => M * I < 5000) : sizes)(
    'has the bits of singles: %i rows of %i to %j',
    async (M, I, outputs) => {
      const device = await make();
      const run = async (project: (x: Tensor, weights: Tensor[]) => Tensor[], wanted: (i: number) => boolean) => {
        const ins = [floats(device, [M, I], 1), ...outputs.map((O, i) => floats(device, [O, I], 2 + i))];
        const wrt = ins.filter((_, i) => wanted(i)).map((t) => parameter(t));
        const [x, ...weights] = ins;
        const ys = project(x, weights);
        const seeds = outputs.map((O, i) => floats(device, [M, O], 50 + i));
        // Alone, a part is recorded only where x or its weight wants a gradient.
        const places = outputs.flatMap((_, i) => (wanted(0) || wanted(i + 1) ? [i] : []));
        const gradients = gradOf(
          places.map((i) => ys[i]),
          places.map((i) => seeds[i]),
          wrt,
        );
        const apart = wanted(0) && !name.startsWith('cpu');
        const [dx] = apart ? gradients : [];
        return { bits: await bitsOf([...ys, ...gradients.slice(apart ? 1 : 0)]), dx: await dx?.data() };
      };
      const singles = (x: Tensor, weights: Tensor[]) => weights.map((weight) => linear(x, weight));
      for (const wanted of [() => true, (i: number) => i === 0, (i: number) => i % 2 === 1]) {
        const [together, alone] = [await run(linears, wanted), await run(singles, wanted)];
        expect(together.bits).toEqual(alone.bits);
        const error = Math.max(0, ...(alone.dx ?? []).map((d, i) => Math.abs(d - together.dx![i])));
        expect(error).toBeLessThanOrEqual(4e-6 * Math.max(0, ...(alone.dx ?? [])));
      }
    },
  );
});

describe('projections', () => {
  const init = initializer(1, 1);
  const x = floats(cpu(), [6, 4], 1);
  class Doubled extends Linear {
    override forward(x: Tensor): Tensor {
      return super.forward(x).mul(2);
    }
  }
  const plain = new Linear(4, 3, init.fork('a'));
  const wide = new Linear(4, 5, init.fork('b'));

  it('are one op where all layers are no more than a weight', () => {
    const [a, none, b] = projections(x, [plain, null, wide]);
    expect(none).toBeNull();
    expect([a, b].map((y) => y.slot?.node?.op.name)).toEqual(['linears', 'linears']);
  });

  it.each([
    ['a bias', new Linear(4, 5, init.fork('c'), { bias: true })],
    ['a forward of its own', new Doubled(4, 5, init.fork('d'))],
  ])('are asked one by one where a layer has %s', async (_, layer) => {
    const ys = projections(x, [plain, layer]);
    expect(await bitsOf(ys)).toEqual(await bitsOf([plain.forward(x), layer.forward(x)]));
  });
});
