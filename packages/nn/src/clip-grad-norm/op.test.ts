// Clipping on the devices: norms over any layout of parameters, and what is not finite.
import { cpu, scope, tensor } from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { kernels } from '../wasm.ts';
import { kernels as webgpuKernels } from '../webgpu.ts';
import { normBlocks, type Span } from './blocks.ts';
import { clipFactor } from './op.ts';

describe.each([
  ['cpu', cpu({ poison: true })],
  ['wasm, plain', await wasm({ tier: 'plain', kernels, poison: true })],
  ['wasm, relaxed', await wasm({ tier: 'relaxed', kernels, poison: true })],
  ['wasm, wide', await wasm({ tier: 'wide', kernels, poison: true })],
  ...(await webgpuDevices({ kernels: webgpuKernels })),
] as const)('clipFactor on %s', (_, device) => {
  const of = (values: ArrayLike<number>) => tensor(Float32Array.from(Array.from(values)), [values.length], { device });

  async function clipped(values: ArrayLike<number>, maxNorm: number, scale = 1, lost?: number, spans?: Span[]) {
    const { norm, factor } = scope(() =>
      clipFactor(of(values), maxNorm, {
        scale,
        ...(spans && { blocks: normBlocks(spans, device) }),
        ...(lost !== undefined && { loss: tensor([lost], [], { device }) }),
      }),
    );
    return [await norm.item(), await factor.item()];
  }

  it('scales before it measures', async () => {
    const [norm, factor] = await clipped([3, 4, 0, 0, 12], 6.5, 0.5);
    expect(norm).toBe(6.5);
    expect(factor).toBeCloseTo(1, 6);
    expect((await clipped([3, 4], 1))[1]).toBeCloseTo(0.2, 6);
  });

  it('is a number only where norm and loss are finite', async () => {
    const far = 3e38;
    expect((await clipped([3, 4], 10, 1, 2))[1]).toBe(1);
    for (const lost of [Number.NaN, Number.POSITIVE_INFINITY])
      expect((await clipped([3, 4], 10, 1, lost))[1]).toBeNaN();
    for (const odd of [Number.NaN, Number.NEGATIVE_INFINITY]) expect((await clipped([3, odd], 10, 1, 2))[1]).toBeNaN();
    expect((await clipped([far, far, far], 10, 1, 2))[1]).toBeNaN(); // its norm is no f32
    expect(await clipped([Number.POSITIVE_INFINITY], 10)).toEqual([Number.POSITIVE_INFINITY, 0]); // as PyTorch
  });

  it('leaves out the gaps, and has one norm wherever the parameters lie', async () => {
    const sizes = [40_000, 1, 16_384, 700];
    const values = sizes.map((size, i) => Float32Array.from(noise(size, i + 1)));
    const exact = Math.sqrt(values.flatMap((x) => [...x]).reduce((sum, x) => sum + x * x, 0));
    const norms = new Set<number>();
    for (const order of [
      [0, 1, 2, 3],
      [3, 1, 0, 2],
    ]) {
      let end = 0;
      const places = new Map<number, number>();
      for (const i of order) {
        places.set(i, end);
        end += Math.ceil(sizes[i] / 64) * 64;
      }
      const flat = new Float32Array(end);
      const spans = sizes.map((size, i) => ({ from: places.get(i)!, size }));
      for (const [i, from] of places) flat.set(values[i], from);
      const [norm] = await clipped(flat, 1, 1, 0, spans);
      expect(Math.abs(norm / exact - 1)).toBeLessThan(2e-7);
      norms.add(norm);
    }
    if (device.name === 'wasm') expect(norms.size).toBe(1);
  });
});
