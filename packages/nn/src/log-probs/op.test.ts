// The gradient, which is that of the definition, beside that of cross-entropy; labels that no host has looked at.
import { apply, cpu, type Device, empty, grad, parameter, scope, type Tensor, tensor } from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { expect, it } from 'vitest';
import { crossEntropy } from '../cross-entropy/op.ts';
import { kernels } from '../wasm.ts';
import { kernels as webgpuKernels } from '../webgpu.ts';
import { logProbs, logProbsOp } from './op.ts';

const devices: [name: string, device: Device][] = [
  ['cpu', cpu()],
  ['plain', await wasm({ kernels, tier: 'plain', poison: true })],
  ['wide', await wasm({ kernels, tier: 'wide', poison: true })],
  ...(await webgpuDevices({ kernels: webgpuKernels })),
];

it.each(devices)('is cross-entropy, label by label, with its gradient (%s)', async (_, device) => {
  const labels = tensor(Int32Array.of(4, -100, 0, 4, 2), [5], { device });
  const of = (loss: (logits: Tensor) => Tensor) =>
    scope(() => {
      const logits = parameter(tensor(noise(25, 3), [5, 5], { device }));
      const y = loss(logits);
      return [y, grad(y, [logits])[0]];
    });
  const ours = of((logits) =>
    logProbs(logits, labels.reshape([5, 1]))
      .logprobs.sum()
      .div(-4),
  );
  const expected = of((logits) => crossEntropy(logits, labels));
  for (const [i, t] of ours.entries()) {
    const values = await expected[i].data();
    for (const [j, x] of (await t.data()).entries()) expect(x).toBeCloseTo(values[j], 6);
  }
});

/** The reference has no such labels: its ids are on the host, where they are looked at. */
const withKernels = devices.filter(([name]) => name !== 'cpu');

it.each(withKernels)('a label that is no class makes NaN of itself alone (%s)', async (_, device) => {
  const labels = empty([2, 3], device, 'i32');
  device.write(labels.buffer, Int32Array.of(3, 1, 2 ** 31 - 1, 0, -(2 ** 31), 2));
  const [logprobs, best] = apply(logProbsOp, [tensor(new Float32Array(6), [2, 3], { device }), labels], null);
  const third = Math.fround(Math.log(1 / 3));
  const near = (x: number) => (Math.abs(x - third) < 1e-6 ? third : x);
  expect([...(await logprobs.data())].map(near)).toEqual([Number.NaN, third, Number.NaN, third, 0, third]);
  expect([...(await best.data())]).toEqual([0, 0]);
});
