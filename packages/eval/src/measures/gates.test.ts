// Forget gates and memory lengths: those of the papers' equations, on every device, in layers of every mixer.
import { kernels as attention } from '@twilljs/attention/webgpu';
import { kernels as nn } from '@twilljs/nn/webgpu';
import { kernels as scan } from '@twilljs/scan/webgpu';
import { cpu, type Device } from '@twilljs/tensor';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { enteringOf, gates, normed, weightsOf } from '../inside/equations.test-data.ts';
import { layersFound, linearNames, smallModel, someRows } from '../inside/models.test-data.ts';
import { meanForgetGate } from './forget-gate.ts';
import { memoryLength } from './memory-length.ts';

const graphics = await webgpuDevices({ kernels: [...nn, ...scan, ...attention] });
const devices: [string, Device, number][] = [
  ['cpu-f64', cpu({ float: 'f64' }), 1e-12],
  ['wasm', await device({ name: 'wasm', threads: 1 }), 1e-5],
  ...graphics.map(([name, device]): [string, Device, number] => [name, device, 1e-5]),
];

const rows = someRows(2, 5);

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe.each(devices)('on %s', (_, on, tolerance) => {
  it.each(linearNames)('those of %s are those of its equations', async (name) => {
    using model = smallModel(name);
    await model.to(on);
    const weights = await weightsOf(model);
    const entering = await enteringOf(model, weights, rows);
    const found = await layersFound(meanForgetGate, model, rows);
    const lengths = await layersFound(memoryLength, model, rows);
    expect(found.map(({ layer, mixer, role }) => [layer, mixer, role])).toEqual([
      [0, name, 'linear'],
      [1, 'attention', 'softmax'],
      [2, name, 'linear'],
    ]);
    expect([found[1].value, lengths[1].value]).toEqual([null, null]);
    for (const layer of [0, 2]) {
      const path = `model.layers.${layer}`;
      const all = entering[layer].map((h) =>
        gates[name](weights, `${path}.attn`, normed(weights, `${path}.attn_norm`, h), layer),
      );
      expect(Math.abs((found[layer].value as number) - mean(all.flat()))).toBeLessThan(tolerance);
      // Of each channel, then the one in the middle.
      const taus = all[0].map((_, i) => -1 / mean(all.map((token) => Math.log(token[i])))).sort((a, b) => a - b);
      const middle = (taus[(taus.length - 1) >> 1] + taus[taus.length >> 1]) / 2;
      if (name === 'deltanet') expect(lengths[layer].value).toBe('infinite');
      else expect(Math.abs((lengths[layer].value as number) / middle - 1)).toBeLessThan(20 * tolerance);
    }
    expect(await layersFound(meanForgetGate, model, rows)).toEqual(found);
  });
});

it('RetNet reaches as far back as its constants say', async () => {
  using model = smallModel('retnet');
  const [{ value }] = await layersFound(memoryLength, model, rows);
  expect(value).toBeCloseTo((-1 / Math.log(31 / 32) - 1 / Math.log(63 / 64)) / 2, 3);
});
