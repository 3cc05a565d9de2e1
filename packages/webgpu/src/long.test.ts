// Sizes at which kernels work in blocks, against the f64 reference, and with the same bits every time.
import { type Op, primitives } from '@twilljs/tensor';
import { conformance, failures, type Numbers, noise } from '@twilljs/tensor/testing';
import { describe, expect, it } from 'vitest';
import { webgpuDevices } from './testing.ts';

const floats = (shape: number[], seed = 1, map = (x: number) => x): Numbers => ({
  shape,
  data: noise(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ).map(map),
});
const ids = (n: number, below: number): Numbers => ({
  shape: [n],
  data: Array.from({ length: n }, (_, i) => (i * i + (i >> 3)) % below),
  dtype: 'i32',
});
/** Above 0, so that sums are as large as they can be for their error. */
const above = (x: number) => x + 1;
const { sum, max, argmax, cumsum, scatterAdd, permute, add } = primitives;

const cases: [name: string, op: Op<never>, attrs: unknown, inputs: Record<string, Numbers>][] = [
  ['sum of all', sum, { to: [1] }, { x: floats([300_001], 1, above) }],
  ['sum of long rows', sum, { to: [3, 1] }, { x: floats([3, 70_001], 1, above) }],
  ['sum over many rows', sum, { to: [1, 70] }, { x: floats([5003, 70], 1, above) }],
  ['sum over many short rows', sum, { to: [1, 3] }, { x: floats([50_003, 3], 1, above) }],
  ['sum over a long middle axis', sum, { to: [2, 1, 17] }, { x: floats([2, 5003, 17], 1, above) }],
  ['sum of many short rows', sum, { to: [50_003, 1] }, { x: floats([50_003, 3], 1, above) }],
  ['max of a long row', max, { to: [2, 1] }, { x: floats([2, 70_001]) }],
  ['argmax of long rows', argmax, null, { x: floats([3, 32_771]) }],
  ['cumsum of long rows', cumsum, { axis: 1, reverse: false }, { x: floats([2, 30_011], 1, above) }],
  ['cumsum from the end', cumsum, { axis: 0, reverse: true }, { x: floats([9001, 3], 1, above) }],
  ['cumsum of many rows', cumsum, { axis: 0, reverse: false }, { x: floats([3001, 70], 1, above) }],
  ['scatterAdd', scatterAdd, { rows: 101 }, { x: floats([1501, 300]), ids: ids(1501, 90) }],
  ['transpose', permute, { axes: [0, 2, 1] }, { x: floats([3, 301, 203]) }],
  ['broadcast', add, null, { a: floats([301, 1, 203]), b: floats([1, 5, 1]) }],
];

const devices = await webgpuDevices();
it.skipIf(devices.length === 0)('there is an adapter (skipped: none here)', () => {
  expect(devices).toHaveLength(1);
});

describe.each(devices)('long inputs, %s', (_, device) => {
  it.each(cases)('%s', async (name, op, attrs, inputs) => {
    const runs = [1, 2].map(() => conformance(op as Op, { name, attrs, inputs }, device));
    const [first, second] = await Promise.all(runs);
    expect(failures(first, 'f32')).toEqual([]);
    expect(second).toEqual(first);
  });
});
