// Learned initial states of every linear mixer: their gradients, and what begins from them. On WebGPU there is one model here; the
// others are in accept/webgpu.
import { kernels as attention } from '@twilljs/attention/webgpu';
import { kernels as nn } from '@twilljs/nn/webgpu';
import { kernels as scan } from '@twilljs/scan/webgpu';
import { cpu, scope, untracked, write } from '@twilljs/tensor';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { device } from 'twilljs';
import { expect, it } from 'vitest';
import { begins, exact, gradients, ids, linear, tuned } from './state.test-data.ts';

it.each(linear)('gradients of %s are differences of the loss', async (_, config) => {
  const { model, states } = await tuned(config, exact);
  const ours = await gradients(model, states);
  const step = 1e-5;
  let at = 0;
  for (const t of states) {
    const values = Float64Array.from(await t.data());
    for (const i of [0, t.size >> 1, t.size - 1]) {
      const losses: number[] = [];
      for (const sign of [1, -1]) {
        write(
          t,
          values.map((x, j) => (j === i ? x + sign * step : x)),
        );
        losses.push(await untracked(() => scope(() => model.loss(ids))).item());
      }
      const slope = (losses[0] - losses[1]) / (2 * step);
      expect(Math.abs(slope - ours[at + i])).toBeLessThan(1e-8 + 1e-6 * Math.abs(slope));
      write(t, values);
    }
    at += t.size;
  }
  expect(ours.some((x) => Math.abs(x) > 1e-4)).toBe(true);
});

begins('cpu', cpu(), linear);
begins('wasm', await device({ name: 'wasm' }), linear);
for (const [name, card] of await webgpuDevices({ kernels: [...nn, ...scan, ...attention] })) {
  begins(name, card, linear.slice(2, 3));
}
