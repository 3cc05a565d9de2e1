// Branches, attention on the first token and activations: what is found by hand from the parameters of small models.
import { kernels as attention } from '@twilljs/attention/webgpu';
import type { LanguageModel } from '@twilljs/hybrid';
import { params } from '@twilljs/nn';
import { kernels as nn } from '@twilljs/nn/webgpu';
import { kernels as scan } from '@twilljs/scan/webgpu';
import { cpu, type Device } from '@twilljs/tensor';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { attentionOf, enteringOf, mlp, normed, weightsOf } from '../inside/equations.test-data.ts';
import { layersFound, linearNames, mixerNames, smallModel, someRows } from '../inside/models.test-data.ts';
import { largestActivation, largestOverMedian } from './activations.ts';
import { mixerBranch, mlpBranch } from './branches.ts';
import { firstTokenMass } from './first-token-mass.ts';

const graphics = await webgpuDevices({ kernels: [...nn, ...scan, ...attention] });
const devices: [string, Device, number][] = [
  ['cpu-f64', cpu({ float: 'f64' }), 1e-11],
  ['wasm', await device({ name: 'wasm', threads: 1 }), 3e-5],
  ...graphics.map(([name, device]): [string, Device, number] => [name, device, 3e-5]),
];

const rows = someRows(2, 6);

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const norm = (x: readonly number[]) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));
const middle = (values: readonly number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

const addedOver = (before: readonly number[][], after: readonly number[][]) =>
  before.map((h, t) => norm(after[t].map((x, i) => x - h[i])) / norm(h));

/** Fills parameters of these names with zeros. @returns puts them back. */
async function silence(model: LanguageModel, names: RegExp): Promise<() => void> {
  const found = [...params(model)].filter(([path]) => names.test(path));
  const before = await Promise.all(found.map(([, t]) => t.data()));
  const fill = (of: (data: (typeof before)[number]) => (typeof before)[number]) => {
    for (const [i, [, t]] of found.entries()) t.device.write(t.buffer, of(before[i]));
  };
  fill((data) => data.slice().fill(0));
  return () => fill((data) => data);
}

/** Numbers agree, relative to their size. */
function expectNear(found: unknown, expected: number, tolerance: number): void {
  expect(typeof found).toBe('number');
  expect(Math.abs((found as number) / expected - 1), `${found} where ${expected} is expected`).toBeLessThan(tolerance);
}

describe.each(devices)('on %s', (_, on, tolerance) => {
  it.each(mixerNames)('branches and activations of %s are those of its streams', async (name) => {
    using model = smallModel(name);
    await model.to(on);
    const layers = [0, 1, 2];
    const sizesOf = async () => {
      const streams = await enteringOf(model, await weightsOf(model), rows);
      return streams.slice(1).map((after) => after.map((h) => h.map(Math.abs)));
    };
    const sizes = await sizesOf();
    const most = await layersFound(largestActivation, model, rows);
    const over = await layersFound(largestOverMedian, model, rows);
    for (const layer of layers) {
      expectNear(most[layer].value, Math.max(...sizes[layer].flat()), tolerance);
      expectNear(
        over[layer].value,
        Math.max(...sizes[layer].flat()) / middle(sizes[layer].map(middle)),
        10 * tolerance,
      );
    }
    // Without what the other adds, a branch is the difference of two streams.
    const kept = await silence(model, /down_proj/);
    const mixerAlone = await enteringOf(model, await weightsOf(model), rows);
    const [mixed, none] = [await layersFound(mixerBranch, model, rows), await layersFound(mlpBranch, model, rows)];
    for (const layer of layers) {
      expectNear(mixed[layer].value, mean(addedOver(mixerAlone[layer], mixerAlone[layer + 1])), 100 * tolerance);
      expect(none[layer].value as number).toBeLessThan(tolerance);
    }
    kept();
    const back = await silence(model, /attn\.o_proj/);
    const weights = await weightsOf(model);
    const mlpAlone = await enteringOf(model, weights, rows);
    const added = await layersFound(mlpBranch, model, rows);
    for (const layer of layers) {
      const ratios = mlpAlone[layer].map((s) => norm(mlp(weights, `model.layers.${layer}`, s)) / norm(s));
      expectNear(added[layer].value, mean(ratios), 100 * tolerance);
    }
    back();
  });

  it('branches are relative to what they are added to', async () => {
    using model = smallModel('attention');
    await model.to(on);
    const weights = await weightsOf(model);
    const streams = await enteringOf(model, weights, rows);
    const [mixed, behind] = [await layersFound(mixerBranch, model, rows), await layersFound(mlpBranch, model, rows)];
    for (const layer of [0, 1, 2]) {
      const path = `model.layers.${layer}`;
      const inputs = streams[layer].map((h) => normed(weights, `${path}.attn_norm`, h));
      const y = [0, 1].flatMap((row) => attentionOf(weights, `${path}.attn`, inputs.slice(row * 6, (row + 1) * 6)).y);
      const between = streams[layer].map((h, t) => h.map((x, i) => x + y[t][i]));
      expectNear(mixed[layer].value, mean(y.map((x, t) => norm(x) / norm(streams[layer][t]))), 10 * tolerance);
      expectNear(behind[layer].value, mean(between.map((s) => norm(mlp(weights, path, s)) / norm(s))), 10 * tolerance);
    }
  });

  it.each([
    ['attention', {}],
    ['attention', { window_size: 3 }],
    ['gla', {}],
    ['attention', { num_kv_heads: 1, qkv_bias: true }],
  ])('weights on the first token of %s with %o are those of softmax', async (name, more) => {
    using model = smallModel(name, more);
    await model.to(on);
    const weights = await weightsOf(model);
    const streams = await enteringOf(model, weights, rows);
    const found = await layersFound(firstTokenMass, model, rows);
    for (const { layer, role, value } of found) {
      if (role === 'linear') {
        expect(value).toBeNull();
        continue;
      }
      const path = `model.layers.${layer}`;
      const inputs = streams[layer].map((h) => normed(weights, `${path}.attn_norm`, h));
      const first = [0, 1].flatMap((row) =>
        attentionOf(weights, `${path}.attn`, inputs.slice(row * 6, (row + 1) * 6), more)
          .weights.slice(1)
          .flatMap((heads) => heads.map((of) => of[0])),
      );
      expectNear(value, mean(first), 10 * tolerance);
    }
    expect(await layersFound(firstTokenMass, model, rows)).toEqual(found);
  });
});

it('linear layers have no softmax, and a row of one token no weight on another', async () => {
  for (const name of linearNames.slice(0, 2)) {
    using model = smallModel(name, { attn: null });
    const values = (await layersFound(firstTokenMass, model, rows)).map(({ value }) => value);
    expect(values).toEqual([null, null, null]);
  }
  using model = smallModel('attention');
  expect((await layersFound(firstTokenMass, model, someRows(3, 1))).map(({ value }) => value)).toEqual([
    null,
    null,
    null,
  ]);
});
