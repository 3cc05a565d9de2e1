// The device: memory, refusals, and results that depend on nothing but their own inputs.
import {
  apply,
  embedding,
  type Op,
  ones,
  primitives,
  scope,
  size,
  type Tensor,
  tensor,
  untracked,
  zeros,
} from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { describe, expect, it } from 'vitest';
import { wasm } from './device.ts';
import { primitiveKernels } from './primitives.ts';

const random = (device: Awaited<ReturnType<typeof wasm>>, shape: number[], seed = 1) =>
  tensor(noise(size(shape), seed), shape, { device });
const read = async (body: () => Tensor) => Array.from(await scope(body).data());

describe('memory', () => {
  it('keeps what it holds while it grows', async () => {
    const device = await wasm();
    const x = ones([1000], { device });
    const far = zeros([40 << 20], { device });
    expect(await x.sum().item()).toBe(1000);
    expect(await far.max([0], true).item()).toBe(0);
  });

  it('reaches beyond two gibibytes', async () => {
    const device = await wasm();
    device.allocate(2.3e9);
    const a = random(device, [70, 130]);
    const b = random(device, [130, 90], 2);
    expect(device.bytesInUse).toBeGreaterThan(2 ** 31);
    const near = await wasm();
    const body = (x: Tensor, y: Tensor) => x.permute([1, 0]).matmul(y, { transposeA: true }).cumsum(0).sum([1]).exp();
    expect(await read(() => body(a, b))).toEqual(
      await read(() => body(random(near, [70, 130]), random(near, [130, 90], 2))),
    );
  });

  it('names the bytes when there is no more', async () => {
    const device = await wasm({ maximumBytes: 1 << 20 });
    expect(() => zeros([1 << 20], { device })).toThrowErrorMatchingInlineSnapshot(
      `[OutOfMemoryError: wasm: 4194304 bytes could not be allocated, 0 of at most 1048576 are in use; use a smaller batch or model.]`,
    );
    expect(await ones([100], { device }).sum().item()).toBe(100);
  });

  it('is given back by scopes, scratch included', async () => {
    const device = await wasm();
    const a = random(device, [64, 64]);
    const before = device.bytesInUse;
    for (let i = 0; i < 3; i++) scope(() => void a.matmul(a).softplus().sum());
    expect(device.bytesInUse).toBe(before);
  });

  it('is NaN where it is fresh, under poison', async () => {
    const device = await wasm({ poison: true });
    const buffer = device.allocate(100);
    expect(await device.read(buffer, 'f32', 25)).toEqual(new Float32Array(25).fill(Number.NaN));
    device.write(buffer, new Float32Array(25));
    device.free(buffer);
    expect(await device.read(device.allocate(100), 'f32', 25)).toEqual(new Float32Array(25).fill(Number.NaN));
  });
});

describe('refusals', () => {
  it('has a reason for an op without a kernel', async () => {
    const device = await wasm();
    const op: Op<null> = { name: 'unheard-of', inputs: ['x'], outputs: ['y'], shape: ([x]) => [x!] };
    expect(() => apply(op, [ones([2], { device })], null)).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedOpError: unheard-of cannot run on wasm: no kernel was given for it; pass it in wasm({ kernels }).]`,
    );
  });

  it('takes one kernel for an op, and a page of memory', async () => {
    const [kernel] = Object.values(primitiveKernels);
    await expect(wasm({ kernels: [{ ...kernel }] })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OptionError: wasm: two kernels for the op neg were given; hand in one.]`,
    );
    await expect(wasm({ kernels: [kernel, kernel] })).resolves.toBeDefined();
    await expect(wasm({ maximumBytes: 1000 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OptionError: wasm: maximumBytes is 1000; give a finite number of at least 65536.]`,
    );
  });

  it('takes no ids where numbers belong', async () => {
    const device = await wasm();
    const ids = tensor([1, 2], [2], { device, dtype: 'i32' });
    expect(() => ids.add(ids)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: add: a [2] holds i32 ids where numbers belong; make it of floats.]`,
    );
  });

  it('takes no id outside the table', async () => {
    const device = await wasm();
    const weight = random(device, [4, 3]);
    const lookUp = (list: number[]) =>
      untracked(() => embedding(weight, tensor(list, [list.length], { device, dtype: 'i32' })));
    expect(() => lookUp([0, 1, 2, 3, 0, 1, 2, 4])).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: embedding: id 4 lies outside 4 rows; use 0..3.]`,
    );
    expect(() => lookUp([-1])).toThrow('id -1');
    expect(() => apply(primitives.oneHot, [tensor([5], [1], { device, dtype: 'i32' })], { classes: 5 })).toThrow(
      '0..4',
    );
  });
});

describe.each(['plain', 'relaxed', 'wide'] as const)('tier %s: bits', async (tier) => {
  const device = await wasm({ tier });
  const [K, N] = [300, 37];

  it.each([false, true])('of a row do not depend on the other rows (transposeB %s)', async (transposeB) => {
    const b = random(device, transposeB ? [N, K] : [K, N], 2);
    const a = random(device, [29, K]);
    const whole = await read(() => a.matmul(b, { transposeB }));
    for (const rows of [1, 2, 3, 5, 6, 13]) {
      const part = await read(() => a.slice(0, 4, 4 + rows).matmul(b, { transposeB }));
      expect(part).toEqual(whole.slice(4 * N, (4 + rows) * N));
    }
  });

  it('of a column do not depend on the other columns', async () => {
    const a = random(device, [29, K]);
    const b = random(device, [K, N], 2);
    const whole = await read(() => a.matmul(b));
    const part = await read(() => a.matmul(b.slice(1, 0, 11)));
    expect(part).toEqual(whole.filter((_, i) => i % N < 11));
  });

  it('are the same on every run and in every device', async () => {
    const run = async (on: typeof device) =>
      read(() =>
        random(on, [50, 70])
          .matmul(random(on, [70, 90], 2))
          .sigmoid()
          .sum([0])
          .exp(),
      );
    expect(await run(await wasm({ tier }))).toEqual(await run(device));
  });

  it('of a cumulative sum do not depend on what comes later', async () => {
    const x = random(device, [3, 101]);
    const whole = await read(() => x.cumsum(1));
    expect(await read(() => x.slice(1, 0, 50).cumsum(1))).toEqual(whole.filter((_, i) => i % 101 < 50));
  });
});

describe('sums', () => {
  it('of a million numbers are as good as their last place', async () => {
    const device = await wasm();
    const x = random(device, [1000, 1000]);
    const values = Array.from(await x.data());
    const exact = values.reduce((a, b) => a + Math.abs(b), 0);
    const all = await read(() => x.relu().add(x.neg().relu()).sum());
    expect(Math.abs(all[0] - exact) / exact).toBeLessThan(2 ** -23);
  });
});
