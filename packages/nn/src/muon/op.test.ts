// Muon on the devices against the f64 reference, over several steps, in place; and what it makes of a matrix.

import { gpujsDevices } from '@twilljs/gpujs/testing';
import { cpu, type Device, type Tensor, tensor, untracked, zeros } from '@twilljs/tensor';
import { deviation, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { advance } from '../adamw/op.ts';
import { kernels as gpujsKernels } from '../gpujs.ts';
import { kernels } from '../wasm.ts';
import { kernels as webgpuKernels } from '../webgpu.ts';
import { newtonSchulz } from './newton-schulz.ts';
import { type MuonAttrs, muonUpdate } from './op.ts';

const attrs = { momentum: 0.95, nesterov: true, weight_decay: 0.1, adjust_lr_fn: 'match_rms_adamw' } as const;
type Shape = readonly [number, number];
const matrix = ([A, B]: Shape, seed: number, device: Device, by = 1) =>
  tensor(
    Float32Array.from(noise(A * B, seed), (x) => by * Math.fround(x)),
    [A, B],
    { device },
  );
const data = (ts: readonly Tensor[]) => Promise.all(ts.map((t) => t.data()));

/** param and m after `steps` steps of the same gradients. */
async function trained(shape: Shape, steps: number, attrs: MuonAttrs, device: Device) {
  const param = matrix(shape, 1, device);
  const m = zeros(shape, { device });
  untracked(() => {
    for (let t = 1; t <= steps; t++) {
      const hyper = tensor([1e-2 / t, 0, 0], [3], { device });
      const out = muonUpdate(param, matrix(shape, 1 + t, device), m, hyper, attrs);
      expect([out.param.buffer, out.m.buffer]).toEqual([param.buffer, m.buffer]);
    }
  });
  return data([param, m]);
}

const shapes: Shape[] = [
  [1, 1],
  [1, 9],
  [5, 3],
  [16, 16],
  [33, 40],
];

describe.each([
  ['cpu', cpu()],
  ['wasm, plain', await wasm({ tier: 'plain', kernels, poison: true })],
  ['wasm, relaxed', await wasm({ tier: 'relaxed', kernels, poison: true })],
  ['wasm, wide', await wasm({ tier: 'wide', kernels, poison: true })],
  ...(await webgpuDevices({ kernels: webgpuKernels })),
  ...gpujsDevices({ kernels: gpujsKernels }),
] as const)('muon on %s', (_, device) => {
  it.each(shapes)('[%i,%i], ten steps, with Nesterov and without', async (A, B) => {
    for (const nesterov of [true, false]) {
      const ours = await trained([A, B], 10, { ...attrs, nesterov }, device);
      const exact = await trained([A, B], 10, { ...attrs, nesterov }, cpu({ float: 'f64' }));
      for (const [i, values] of ours.entries()) expect(deviation(values, exact[i]).error).toBeLessThan(1e-5);
    }
  });

  it.each<Shape>([
    [5, 3],
    [70, 80],
  ])('[%i,%i] in a recorded step: the count chooses a row, a factor scales, NaN skips', async (A, B) => {
    const shape = [A, B] as const;
    const states = () => [matrix(shape, 1, device), zeros(shape, { device })] as const;
    const [param, m] = states();
    const [param1, m1] = states();
    const count = tensor(Int32Array.of(0), [1], { device });
    for (const [step, factor] of [0.5, Number.NaN, Number.NaN, 1, 0.25, Number.NaN, 2].entries()) {
      const t = (await count.data())[0] + 1;
      const by = tensor([factor], [], { device });
      // The row of the other count is never read.
      const hyper = tensor(t % 2 === 1 ? [0.1 / t, 0, 0, 9, 9, 9] : [9, 9, 9, 0.1 / t, 0, 0], [2, 3], { device });
      muonUpdate(param, matrix(shape, 2 + step, device, 4), m, hyper, { ...attrs, lr: 0.5, scale: 0.25 }, count, by);
      advance(count, by);
      if (!Number.isNaN(factor)) {
        const alone = tensor([0.5 * Math.fround(0.1 / t), 0, 0], [3], { device });
        muonUpdate(param1, matrix(shape, 2 + step, device, factor), m1, alone, attrs);
      }
      expect(await data([param, m])).toEqual(await data([param1, m1]));
    }
  });

  it.each(shapes)('makes a matrix of [%i,%i] nearly orthogonal, however large or small it is', async (A, B) => {
    const exact = [...(await newtonSchulz(matrix([A, B], 3, device)).data())];
    // The sum of squares of the result is near the number of its singular values.
    const squares = exact.reduce((sum, x) => sum + x * x, 0) / Math.min(A, B);
    expect(squares).toBeGreaterThan(0.4);
    expect(squares).toBeLessThan(1.5);
    for (const by of [2 ** 30, 2 ** -20]) {
      const scaled = await newtonSchulz(matrix([A, B], 3, device, by)).data();
      expect(deviation(scaled, Float64Array.from(exact)).error).toBeLessThan(1e-5);
    }
  });

  it('leaves a matrix that never had a gradient to its decay', async () => {
    const param = tensor([2, 2, 2, 2, 2, 2], [2, 3], { device });
    const zero = () => zeros([2, 3], { device });
    muonUpdate(param, zero(), zero(), tensor([0.5, 0, 0], [3], { device }), { ...attrs, weight_decay: 0.5 });
    expect(Array.from(await param.data())).toEqual([1.5, 1.5, 1.5, 1.5, 1.5, 1.5]);
  });
});

describe('what cannot be', () => {
  const at = zeros([2, 3]);
  const hyper = zeros([3]);
  it.each([
    [() => newtonSchulz(zeros([3])), 'newtonSchulz: [3] is no matrix; give one [A,B]'],
    [() => newtonSchulz(at, { steps: 0 }), 'newtonSchulz: steps is 0'],
    [() => newtonSchulz(at, { coefficients: [1, 2] }), 'the coefficients are [1, 2]; give three finite numbers'],
    [() => muonUpdate(hyper, hyper, hyper, hyper, attrs), 'muon: [3] is no matrix'],
    [() => muonUpdate(at, at, hyper, hyper, attrs), 'muonMomentum: m [3] and grad [2,3] differ'],
    [() => muonUpdate(at, at, at, zeros([1]), attrs), 'muonMove: hyper [1] does not begin with lr'],
    [() => muonUpdate(at, at, at, hyper, { ...attrs, momentum: 2 }), 'muonMomentum: momentum is 2'],
    [() => muonUpdate(at, at, at, hyper, { ...attrs, adjust_lr_fn: 'x' as never }), 'muon: adjust_lr_fn is "x"'],
  ])('%#', (call, message) => {
    expect(call).toThrow(message);
  });
});
