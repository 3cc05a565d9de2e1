// Every primitive: its gradient against central differences, and values against hand-made numbers.
import { describe, expect, it } from 'vitest';
import type { Op, PrimitiveName } from './index.ts';
import { apply, argmax, concat, cpu, embedding, grad, parameter, primitives, scope, tensor } from './index.ts';
import { type GradcheckInput, gradcheck, noise } from './testing.ts';

const input = (shape: number[], seed: number, map = (x: number) => x): GradcheckInput => ({
  shape,
  values: noise(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ).map(map),
});
const positive = (x: number) => 1.5 + x;
const awayFromZero = (x: number) => x + Math.sign(x) * 0.1;
const distinct = (shape: number[]): GradcheckInput => {
  const values = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7) % 23) * 0.3);
  return { shape, values };
};

/** Inputs and attributes for each primitive: the compiler refuses a primitive without a case. */
const cases: Record<PrimitiveName, { attrs: unknown; inputs: GradcheckInput[] }[]> = {
  neg: [{ attrs: null, inputs: [input([3, 2], 1)] }],
  exp: [{ attrs: null, inputs: [input([3, 2], 1)] }],
  log: [{ attrs: null, inputs: [input([3, 2], 1, positive)] }],
  sqrt: [{ attrs: null, inputs: [input([3, 2], 1, positive)] }],
  reciprocal: [{ attrs: null, inputs: [input([3, 2], 1, positive)] }],
  sigmoid: [{ attrs: null, inputs: [input([3, 2], 1, (x) => 4 * x)] }],
  tanh: [{ attrs: null, inputs: [input([3, 2], 1)] }],
  relu: [{ attrs: null, inputs: [input([3, 2], 1, awayFromZero)] }],
  step: [{ attrs: null, inputs: [input([3, 2], 1, awayFromZero)] }],
  softplus: [{ attrs: null, inputs: [input([3, 2], 1, (x) => 9 * x)] }],
  affine: [{ attrs: { scale: -1.5, shift: 0.25 }, inputs: [input([3, 2], 1)] }],
  add: [{ attrs: null, inputs: [input([2, 3, 4], 1), input([3, 1], 2)] }],
  sub: [{ attrs: null, inputs: [input([1, 4], 1), input([2, 3, 4], 2)] }],
  mul: [{ attrs: null, inputs: [input([2, 3, 4], 1), input([4], 2)] }],
  div: [{ attrs: null, inputs: [input([2, 3], 1), input([2, 1], 2, positive)] }],
  maximum: [{ attrs: null, inputs: [input([2, 3], 1), input([3], 2)] }],
  equal: [{ attrs: null, inputs: [input([2, 3], 1), input([3], 2)] }],
  where: [{ attrs: null, inputs: [input([2, 3], 1), { shape: [3], values: [0, 1, -2] }] }],
  sum: [
    { attrs: { to: [2, 1, 4] }, inputs: [input([2, 3, 4], 1)] },
    { attrs: { to: [1, 1, 1] }, inputs: [input([2, 3, 4], 1)] },
  ],
  max: [{ attrs: { to: [4, 1] }, inputs: [distinct([4, 5])] }],
  broadcastTo: [{ attrs: { to: [2, 3, 4] }, inputs: [input([3, 1], 1)] }],
  permute: [{ attrs: { axes: [2, 0, 1] }, inputs: [input([2, 3, 4], 1)] }],
  slice: [{ attrs: { axis: 1, from: 1, to: 3 }, inputs: [input([2, 3, 4], 1)] }],
  pad: [{ attrs: { axis: 0, before: 1, after: 2 }, inputs: [input([2, 3], 1)] }],
  concat: [{ attrs: { axis: 1 }, inputs: [input([2, 3, 2], 1), input([2, 1, 2], 2)] }],
  band: [{ attrs: { low: -1, high: 0, fill: -3 }, inputs: [input([2, 3, 4], 1)] }],
  cast: [], // of bf16 there is no gradient
  argmax: [], // of ids there is no gradient
  full: [], // no inputs
  assign: [], // in place, never recorded
  pack: [{ attrs: { offsets: [0, 8], length: 16 }, inputs: [input([2, 3], 1), input([5], 2)] }],
  matmul: [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({
      attrs: { transposeA, transposeB },
      inputs: [input([2, ...(transposeA ? [4, 3] : [3, 4])], 1), input([2, ...(transposeB ? [5, 4] : [4, 5])], 2)],
    })),
  ),
  solveTril: [false, true].map((transpose) => ({
    attrs: { transpose },
    inputs: [input([2, 4, 4], 1), input([2, 4, 3], 2)],
  })),
  cumsum: [false, true].map((reverse) => ({ attrs: { axis: 1, reverse }, inputs: [input([2, 5, 3], 1)] })),
  embedding: [{ attrs: null, inputs: [input([4, 3], 1), { shape: [2, 3], values: [0, 1, 3, 1, 1, 2], dtype: 'i32' }] }],
  scatterAdd: [{ attrs: { rows: 5 }, inputs: [input([4, 3], 1), { shape: [4], values: [0, 1, 4, 1], dtype: 'i32' }] }],
  oneHot: [{ attrs: { classes: 4 }, inputs: [{ shape: [3], values: [2, -100, 0], dtype: 'i32' }] }],
};

describe('gradients of primitives', () => {
  for (const [name, list] of Object.entries(cases)) {
    it.each(list)(`${name} $attrs`, async ({ attrs, inputs }) => {
      const error = await gradcheck((ins) => apply(primitives[name as PrimitiveName] as Op, ins, attrs), inputs);
      expect(error).toBeLessThanOrEqual(1e-9);
    });
  }
});

describe('values of primitives', () => {
  const read = async (f: () => { data(): Promise<ArrayLike<number>> }) => Array.from(await scope(f).data());
  const a = () => tensor([1, 2, 3, 4, 5, 6], [2, 3]);

  it('multiplies matrices', async () => {
    expect(await read(() => a().matmul(a(), { transposeB: true }))).toEqual([14, 32, 32, 77]);
  });
  it('moves elements', async () => {
    expect(await read(() => a().permute([1, 0]))).toEqual([1, 4, 2, 5, 3, 6]);
    expect(await read(() => a().slice(1, 1, 3))).toEqual([2, 3, 5, 6]);
    expect(await read(() => a().pad(0, 1, 0))).toEqual([0, 0, 0, 1, 2, 3, 4, 5, 6]);
    expect(await read(() => concat([a(), a().slice(1, 0, 1)], 1))).toEqual([1, 2, 3, 1, 4, 5, 6, 4]);
    expect(await read(() => a().band({ low: Number.NEGATIVE_INFINITY, high: 0, fill: 9 }))).toEqual([1, 9, 9, 4, 5, 9]);
  });
  it('reduces', async () => {
    expect(await read(() => a().sum(0))).toEqual([5, 7, 9]);
    expect(await read(() => a().max(1, true))).toEqual([3, 6]);
    expect(await read(() => a().cumsum(1, true))).toEqual([6, 5, 3, 15, 11, 6]);
  });
  it('finds the first of the largest, where softmax is defined', async () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    const rows = [
      [1, 3, 3],
      [-inf, -5, -inf],
      [0, -0, -0],
      [nan, 1, 2],
      [1, 2, nan],
      [1, inf, 2],
      [-inf, -inf, -inf],
    ];
    for (const float of ['f32', 'f64'] as const) {
      const x = tensor(rows.flat(), [7, 1, 3], { device: cpu({ float }) });
      const y = argmax(x);
      expect([y.dtype, y.shape]).toEqual(['i32', [7, 1]]);
      expect([...(await y.data())]).toEqual([1, 1, 0, -1, -1, -1, -1]);
    }
    expect(await read(() => argmax(tensor([], [2, 0])))).toEqual([-1, -1]);
    expect(() => argmax(tensor([1], []))).toThrow('argmax: axis -1 does not exist in a tensor of rank 0; it has none.');
  });
  it('gives ids that other ops read, and no gradient flows through', async () => {
    const table = parameter(tensor([1, 2, 3, 4], [2, 2]));
    const chosen = argmax(table); // [1, 1]
    expect(chosen.slot).toBeUndefined();
    const rows = embedding(table, chosen);
    expect([...(await rows.data())]).toEqual([3, 4, 3, 4]);
    expect([...(await grad(rows.sum(), [table])[0].data())]).toEqual([0, 0, 2, 2]);
  });
  it('selects inside the exponent, so that a masked infinity leaves a gradient of 0', async () => {
    const error = await gradcheck(
      ([x]) => [x.band({ low: Number.NEGATIVE_INFINITY, high: 0, fill: Number.NEGATIVE_INFINITY }).exp()],
      [{ shape: [2, 2], values: [0.1, 1e4, 0.3, 0.2] }],
    );
    expect(error).toBeLessThanOrEqual(1e-9);
  });
  it('selects what a mask names, whatever stands elsewhere', async () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    const mask = () => tensor([0, 1, 0, -2, nan, -0], [6]);
    expect(await read(() => tensor([nan, nan, inf, 4, 5, -inf], [6]).where(mask()))).toEqual([0, nan, 0, 4, 5, 0]);
    expect(await read(() => tensor([inf, 7], [2, 1]).where(tensor([0, 1], [2])))).toEqual([0, inf, 0, 7]);
  });
  it('is generic over f32 and f64', async () => {
    const third = (float: 'f32' | 'f64') =>
      scope(() => tensor([1], [1], { device: cpu({ float }) }).div(tensor([3], [1], { device: cpu({ float }) })));
    expect(await third('f64').item()).toBe(1 / 3);
    expect(await third('f32').item()).toBe(Math.fround(1 / 3));
  });
});
