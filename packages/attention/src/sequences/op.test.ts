// Attention with a past and with ranges, on every device: every sequence alone, over its keys one after the other, is what it must equal.
import { kernels as nn } from '@twilljs/nn/wasm';
import { cpu, type Device, type Tensor, tensor } from '@twilljs/tensor';
import { conformance, evaluate, failures, gradcheck, type Numbers, named, prepare } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { attentionOp, scaledDotProductAttention } from '../op.ts';
import { kernels as own } from '../wasm.ts';
import { kernels as webgpu } from '../webgpu.ts';
import { type At, apart, attrsOf, grouped, inputsOf } from './op.test-data.ts';

const kernels = [...nn, ...own];
const fast = [
  await wasm({ kernels, tier: 'plain', poison: true }),
  await wasm({ kernels, tier: 'relaxed', poison: true }),
  await wasm({ kernels, tier: 'wide', poison: true }),
  ...(await webgpuDevices({ kernels: webgpu })).map(([, device]) => device),
];
const devices: [string, Device][] = [
  ['cpu', cpu({ poison: true })],
  ['cpu-f64', cpu({ float: 'f64' })],
  ...fast.map((device): [string, Device] => [device.label, device]),
];

const past: [string, At][] = [
  ...[null, 1, 5, 1000].flatMap((window) =>
    [1, 7, 70].map((T): [string, At] => [
      `rings not full, full and wrapped, T ${T}, window ${window}`,
      { B: 5, T, positions: [0, 3, 13, 14, 40], C: 13, ...(window && { window }), ...grouped },
    ]),
  ),
  ['many blocks', { T: 150, positions: [170], C: 130, window: 100 }],
  ['rings with rows that a window no longer reaches', { B: 2, T: 66, positions: [50, 71], C: 64, window: 20 }],
  ['one token of many keys', { B: 2, T: 1, positions: [140, 650], C: 262, ...grouped }],
  ['rings without rows', { B: 2, T: 5, positions: [0, 7], C: 0 }],
  ['one token of four heads on one', { B: 2, T: 1, positions: [100, 37], C: 50, H: 8, HKV: 2, D: 10, V: 12 }],
  ['no token', { B: 2, T: 0, positions: [0, 7], C: 3 }],
  ['rings of one row', { B: 2, T: 5, positions: [0, 7], C: 1 }],
  ['one token over several tiles of rows', { B: 2, T: 1, positions: [100, 37], C: 50, H: 4, HKV: 2, D: 300, V: 3 }],
  ['the last position', { T: 2, positions: [2 ** 31 - 3], C: 3 }],
];
const packed: [string, At][] = [
  ...[null, 1, 5, 1000].map((window): [string, At] => [
    `gaps, an empty one, one token, across rows, window ${window}`,
    { B: 3, T: 30, ranges: [2, 9, 9, 9, 9, 10, 12, 12, 14, 85], ...(window && { window }), ...grouped },
  ]),
  ['one that is all', { B: 2, T: 40, ranges: [0, 80] }],
  ['one token each', { T: 6, ranges: [0, 1, 1, 2, 3, 4] }],
  ['nothing but empty ones', { T: 6, ranges: [0, 0, 6, 6] }],
  ['many blocks', { T: 300, ranges: [3, 140, 140, 290], window: 90 }],
];
const both: [string, At][] = [
  ...[null, 1, 5, 1000].map((window): [string, At] => [
    `window ${window}`,
    {
      ...{ B: 2, T: 50, ranges: [1, 2, 2, 2, 5, 9, 20, 95, 97, 98], positions: [4, 40, 0, 9, 11], C: 9 },
      ...(window && { window }),
      ...grouped,
    },
  ]),
  ['far behind the first position', { B: 2, T: 100, ranges: [75, 80, 130, 171], positions: [4, 40], C: 35 }],
];

const cases: [string, At][] = [
  ...past.map(([name, at]): [string, At] => [`a past: ${name}`, at]),
  ...packed.map(([name, at]): [string, At] => [`ranges: ${name}`, at]),
  ...both.map(([name, at]): [string, At] => [`both: ${name}`, at]),
];

/** Any sizes, sequences and pasts. */
const anything: fc.Arbitrary<At> = fc
  .record({
    B: fc.integer({ min: 1, max: 3 }),
    T: fc.integer({ min: 1, max: 90 }),
    HKV: fc.integer({ min: 1, max: 2 }),
    G: fc.integer({ min: 1, max: 2 }),
    D: fc.integer({ min: 1, max: 9 }),
    V: fc.integer({ min: 1, max: 9 }),
    C: fc.integer({ min: 1, max: 70 }),
    window: fc.integer({ min: 1, max: 200 }),
    cuts: fc.array(fc.nat(999), { minLength: 1, maxLength: 5 }),
    had: fc.array(fc.oneof(fc.nat(3), fc.nat(200)), { minLength: 5, maxLength: 5 }),
  })
  .map(({ G, cuts, had, ...at }) => {
    const ends = [...cuts, ...cuts.map((c) => c * 7)].map((c) => c % (at.B * at.T + 1)).sort((a, b) => a - b);
    return { ...at, H: G * at.HKV, ranges: ends, positions: had.slice(0, cuts.length) };
  });

describe.each(devices)('attention of sequences on %s', (_, device) => {
  it.each(cases)('equals each alone, %s', async (name, at) => {
    const given = { name, attrs: attrsOf(at), inputs: inputsOf(at) };
    const compared = await conformance(attentionOp, given, device, apart(at));
    expect(failures(compared, device.float)).toEqual([]);
    expect(compared.length).toBe(at.positions ? 7 : 5);
  });

  it('equals each alone, whatever they are', async () => {
    const property = fc.asyncProperty(anything, async (at) => {
      const given = { name: '', attrs: attrsOf(at), inputs: inputsOf(at) };
      expect(failures(await conformance(attentionOp, given, device, apart(at)), device.float)).toEqual([]);
    });
    await fc.assert(property, { seed: 11, numRuns: 25 });
  });

  it('gives one token the bits of attention over the same keys', async () => {
    const at = { B: 4, T: 1, positions: [0, 5, 13, 40], C: 13, ...grouped };
    for (const window of [undefined, 4]) {
      const { inputs, ...seeded } = prepare(attentionOp, { name: '', attrs: attrsOf(at), inputs: inputsOf(at) });
      const rounded = { ...seeded, inputs };
      const of = { ...at, ...(window && { window }) };
      const [ours, theirs] = [named(attentionOp, attrsOf(of)), apart(of)];
      expect((await evaluate(ours, rounded, [], device)).outputs).toEqual(
        (await evaluate(theirs, rounded, [], device)).outputs,
      );
    }
  });

  it('reads nothing outside of ranges and of the past, and writes zeros there, eager and replayed', async () => {
    const at = { B: 2, T: 20, ranges: [2, 9, 9, 9, 11, 12, 14, 31], positions: [3, 8, 0, 2], C: 5, ...grouped };
    const prepared = prepare(attentionOp, { name: '', attrs: attrsOf(at), inputs: inputsOf(at) });
    const inside = (p: number) => at.ranges.some((begin, i) => i % 2 === 0 && begin <= p && p < at.ranges[i + 1]);
    const held = (r: number) => r % at.C < at.positions[Math.floor(r / at.C)];
    const poisoned = (n: Numbers, row: number, isRead: (at: number) => boolean): Numbers => ({
      shape: n.shape,
      data: Float64Array.from(n.data, (x, i) => (isRead(Math.floor(i / row)) ? x : Number.NaN)),
    });
    const rows = (n: Numbers) => n.shape.slice(2).reduce((a, b) => a * b, 1);
    const spoil = (numbers: Readonly<Record<string, Numbers>>) =>
      Object.fromEntries(
        Object.entries(numbers).map(([name, n]) => [
          name,
          n.dtype ? n : poisoned(n, rows(n), name.endsWith('0') ? held : inside),
        ]),
      );
    const run = named(attentionOp, attrsOf(at));
    const clean = await evaluate(run, prepared, prepared.wanted, device);
    const spoilt = { inputs: spoil(prepared.inputs), cotangents: spoil(prepared.cotangents) };
    for (const recorded of [false, true]) {
      expect(await evaluate(run, spoilt, prepared.wanted, device, recorded)).toEqual(clean);
    }
    const zerosOutside = (n: Numbers, isRead: (at: number) => boolean) =>
      Array.prototype.every.call(n.data, (x: number, i: number) => isRead(Math.floor(i / rows(n))) || x === 0);
    for (const n of [clean.outputs.y, ...['q', 'k', 'v'].map((name) => clean.gradients[name])])
      expect(zerosOutside(n, inside)).toBe(true);
    for (const name of ['k0', 'v0']) expect(zerosOutside(clean.gradients[name], held)).toBe(true);
  });
});

afterAll(() => {
  for (const { fallbacks } of fast) expect([...fallbacks.keys()]).toEqual([]);
});

it.each<[string, At]>([
  ['a past', { B: 3, T: 2, positions: [0, 2, 7], C: 3, H: 2, HKV: 1, D: 3, V: 2 }],
  [
    'ranges and a past, window',
    { B: 2, T: 4, ranges: [0, 3, 5, 6, 6, 8], positions: [1, 3, 4], C: 2, D: 3, window: 3 },
  ],
])('gradcheck: %s', async (_, at) => {
  const { q, k, v, k0, v0, position, ranges } = inputsOf(at);
  const list = [q, k, v, k0, v0].map(({ data, shape }) => ({ values: data, shape }));
  const run = ([q, k, v, k0, v0]: Tensor[]) => {
    const i32 = (n: Numbers) => tensor(n.data, n.shape, { device: q.device });
    const past = { k: k0, v: v0, position: i32(position) };
    return [scaledDotProductAttention(q, k, v, attrsOf(at), past, ranges ? i32(ranges) : null)];
  };
  expect(await gradcheck(run, list)).toBeLessThan(1e-7);
});
