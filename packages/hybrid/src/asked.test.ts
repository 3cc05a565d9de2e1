// Log-probabilities of labels without logits: those of a softmax over the logits that `forward` gives, of every way to lay out sequences.
import { kernels as attentionKernels } from '@twilljs/attention/webgpu';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import type { Initializer } from '@twilljs/nn';
import { kernels as nnKernels } from '@twilljs/nn/webgpu';
import { kernels as scanKernels } from '@twilljs/scan/webgpu';
import { cpu, type Data, type Device, keep, parameter, rng, scope, tensor, untracked } from '@twilljs/tensor';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { device as fast } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { type AskedLabels, type Cache, hybrid, type LanguageModel, type Where } from './index.ts';
import { attn, config, drawn, make } from './models.test-data.ts';

const kernels = [...nnKernels, ...scanKernels, ...attentionKernels];
const devices: [name: string, device: Device, tolerance: number][] = [
  ['cpu-f64', cpu({ float: 'f64' }), 1e-12],
  ['wasm', await fast({ name: 'wasm' }), 2e-6],
  ...(await webgpuDevices({ kernels })).map(([name, device]): [string, Device, number] => [name, device, 2e-6]),
];
const woven = { model_type: 'gated_deltanet', head_dim: 6, attn, tie_word_embeddings: true };
const N = config.vocab_size;

/** What logits [P,N] say, in f64. */
function expectedOf(logits: Data, { positions, labels }: AskedLabels) {
  return Array.from(positions, (p, i) => {
    const row = Array.from(logits.subarray(p * N, (p + 1) * N));
    const top = Math.max(...row);
    const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
    return { logprob: row[labels[i]] - top - total, best: row.indexOf(top) };
  });
}

async function compare(
  model: LanguageModel,
  given: { ids: number[][]; asked: AskedLabels; cache?: Cache; where?: Where },
  tolerance: number,
): Promise<void> {
  const { ids, asked, cache, where = {} } = given;
  using twin = cache?.fork();
  const forward = () => untracked(() => model.forward(ids, twin, where));
  const expected = expectedOf(await scope(forward).data(), asked);
  const { logprobs, best } = await model.logprobs(ids, asked, cache, where);
  expect(Array.from(best)).toEqual(expected.map((one) => one.best));
  for (const [i, { logprob }] of expected.entries()) {
    expect(Math.abs(logprobs[i] - logprob)).toBeLessThanOrEqual(tolerance * Math.max(1, -logprob));
  }
  if (cache) expect([...cache.positions]).toEqual([...twin!.positions]);
}

describe.each(devices)('on %s', (_, device, tolerance) => {
  const random = rng(5);

  it('rows, several labels at a position, all positions and none', async () => {
    const model = await make(woven, device);
    const ids = drawn(random, [140, 140]);
    const asked = { positions: [0, 5, 5, 5, 139, 140, 279], labels: [3, 19, 0, 19, 7, 7, 1] };
    await compare(model, { ids, asked }, tolerance);
    const all = { positions: Array.from({ length: 280 }, (_, i) => i), labels: random.ints(280, N) };
    await compare(model, { ids, asked: all }, tolerance);
    const none = await model.logprobs(ids, { positions: [], labels: [] });
    expect([none.logprobs.length, none.best.length]).toEqual([0, 0]);
  });

  it('sequences in lengths and ranges, and after what a cache holds', async () => {
    const model = await make(woven, device);
    const ids = drawn(random, [12, 12, 12]);
    const asked = { positions: [0, 6, 6, 24, 35], labels: [3, 4, 5, 6, 7] };
    await compare(model, { ids, asked, where: { lengths: [7, 0, 12] } }, tolerance);
    const ranges: [number, number][] = [
      [0, 5],
      [6, 25],
      [30, 36],
    ];
    await compare(model, { ids, asked, where: { ranges } }, tolerance);
    using cache = model.cache(3);
    await compare(model, { ids, asked, cache, where: { ranges } }, tolerance);
    await compare(model, { ids, asked, cache }, tolerance);
    await compare(model, { ids, asked, cache, where: { lengths: [7, 0, 12] } }, tolerance);
  });

  it('gives all memory back', async () => {
    const model = await make(woven, device);
    const ids = drawn(random, [9]);
    const read = () => model.logprobs(ids, { positions: [1, 8], labels: [1, 2] });
    for (let i = 0; i < 4; i++) await read();
    const held = () => [device.report().bytes, device.report().buffers];
    const before = held();
    for (let i = 0; i < 4; i++) await read();
    expect(held()).toEqual(before);
  });
});

it('says which position or label is none', async () => {
  const model = await make(woven, cpu());
  const ids = drawn(rng(1), [4, 4]);
  const message = (positions: unknown, labels: unknown, where = {}) =>
    model.logprobs(ids, { positions, labels } as AskedLabels, undefined, where).then(
      () => 'answered',
      (error) => `${error.constructor.name}: ${error.message}`,
    );
  expect(await message([1, 2], [3])).toMatch(/^OptionError: model.logprobs: positions are .* one length/);
  expect(await message(3, [3])).toMatch(/^OptionError: model.logprobs: positions are 3 and labels/);
  expect(await message([2, 1], [3, 3])).toMatch(/^OptionError: model.logprobs: positions\[1\] is 1/);
  expect(await message([8], [3])).toMatch(/^OptionError: model.logprobs: positions\[0\] is 8/);
  expect(await message([0], [20])).toMatch(/^OptionError: model.logprobs: labels\[0\] is 20/);
  expect(await message([0], [-100])).toMatch(/^OptionError: model.logprobs: labels\[0\] is -100/);
  expect(await message([3], [0], { lengths: [3, 4] })).toMatch(/positions\[0\] is 3, which lies in no sequence/);
  expect(await message([7], [0], { ranges: [[2, 7]] })).toMatch(/positions\[0\] is 7, which lies in no sequence/);
  expect(await message([1], [0], { ranges: [[2, 7]] })).toMatch(/positions\[0\] is 1, which lies in no sequence/);
});

/** Large parameters that are quickly made. */
const quick: Initializer = {
  std: 1,
  fork: () => quick,
  make: (shape) => {
    const values = new Float32Array(shape.reduce((n, size) => n * size, 1));
    for (let i = 0; i < values.length; i++) values[i] = (Math.imul(i, 0x9e3779b1) >> 8) / 2 ** 23;
    return keep(parameter(tensor(values, shape)));
  },
};

it('more positions than the head takes at once', async () => {
  const vocabulary = 2 ** 20; // 32 rows in a tile
  const size = { hidden_size: 8, num_heads: 1, head_dim: 8, expand_v: 1, num_hidden_layers: 1, intermediate_size: 8 };
  const config = { model_type: 'gated_deltanet', ...size, vocab_size: vocabulary, tie_word_embeddings: true };
  const parts = { mixers: [gatedDeltanet], init: quick };
  using model = await hybrid(config, parts).to(await fast({ name: 'wasm' }));
  const ids = [[...rng(1).ints(40, vocabulary)]];
  const positions = Array.from({ length: 80 }, (_, i) => i >> 1); // two labels at each
  const labels = rng(2).ints(80, vocabulary);
  const all = await model.logprobs(ids, { positions, labels });
  for (const [from, to] of [
    [0, 50],
    [50, 80],
  ]) {
    const part = await model.logprobs(ids, { positions: positions.slice(from, to), labels: labels.slice(from, to) });
    expect([...all.best.subarray(from, to)]).toEqual([...part.best]);
    for (const [i, x] of part.logprobs.entries()) expect(all.logprobs[from + i]).toBeCloseTo(x, 4);
  }
  expect(new Set(all.best).size).toBeGreaterThan(5);
});
