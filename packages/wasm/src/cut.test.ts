// Every primitive with its units cut in every way, in both tiers: the same bits.
import { type PrimitiveName, primitives, type Shape, size } from '@twilljs/tensor';
import { type Numbers, noise } from '@twilljs/tensor/testing';
import { describe, it } from 'vitest';
import { primitiveKernels } from './primitives.ts';
import { type CutCases, cutChecks } from './testing.ts';

const floats = (shape: Shape, seed = 1, map = (x: number) => x): Numbers => ({
  shape,
  data: noise(size(shape), seed).map(map),
});
const ids = (n: number, below: number, from = 0): Numbers => ({
  shape: [n],
  data: Array.from({ length: n }, (_, i) => from + ((i * 7) % (below - from))),
  dtype: 'i32',
});
const half = (x: Numbers): Numbers => ({ ...x, dtype: 'bf16' });
const named = (tensors: Numbers[]) => Object.fromEntries(tensors.map((x, i) => [`x${i}`, x]));

interface Given {
  attrs?: unknown;
  inputs: Record<string, Numbers>;
  wanted?: string[];
}
const positive = (x: number) => 1.6 + 1.5 * x;
const unary = (map = (x: number) => 3 * x): Given[] => [{ inputs: { x: floats([3, 5003], 1, map) } }];
/** Rows that units begin and end in, of one number on either side, and one loop more than a kernel walks. */
const binary = (map = (x: number) => x): Given[] =>
  (
    [
      [[9001], [9001]],
      [
        [5, 7, 301],
        [7, 301],
      ],
      [
        [5, 1, 7, 301],
        [1, 3, 7, 1],
      ],
      [
        [61, 1, 3],
        [61, 50, 1],
      ],
      [
        [2, 3, 1, 5, 1, 300],
        [2, 1, 4, 1, 2, 1],
      ],
    ] as [number[], number[]][]
  ).map(([a, b]) => ({ inputs: { a: floats(a), b: floats(b, 2, map) } }));
/** Along the last axis, along the first and in between, in one block of rows and in several; and over everything. */
const reductions: Given[] = (
  [
    [
      [200, 70],
      [200, 1],
    ],
    [
      [200, 70],
      [1, 70],
    ],
    [
      [3, 50, 35],
      [3, 1, 35],
    ],
    [
      [70, 5, 40, 6],
      [1, 5, 1, 6],
    ],
    [[200, 70], []],
  ] as [number[], number[]][]
).map(([from, to]) => ({ attrs: { to: from.map((_, i) => to[i] ?? 1) }, inputs: { x: floats(from) } }));
const flip = ([rows, columns]: number[], on: boolean) => (on ? [columns, rows] : [rows, columns]);
/** Cut by rows and by columns, in one block of B and in several. */
const products: Given[] = (
  [
    [[], 131, 20, 37],
    [[2], 50, 600, 270],
    [[2], 1, 300, 20],
    [[3], 13, 150, 30],
  ] as [number[], number, number, number][]
).flatMap(([lead, M, N, K]) =>
  [0, 1, 2, 3].flatMap((flags) => {
    const attrs = { transposeA: (flags & 1) !== 0, transposeB: (flags & 2) !== 0 };
    const a = floats([...lead, ...flip([M, K], attrs.transposeA)]);
    const b = floats([...lead, ...flip([K, N], attrs.transposeB)], 2);
    return [b, half(b)].map((b) => ({ attrs, inputs: { a, b } }));
  }),
);

/** The compiler refuses a primitive without cases. */
const cases: Record<Exclude<PrimitiveName, 'full'>, Given[]> = {
  neg: unary(),
  exp: unary(),
  log: unary(positive),
  sqrt: unary(positive),
  reciprocal: unary(positive),
  sigmoid: unary(),
  tanh: unary(),
  relu: unary(),
  step: unary(),
  softplus: unary(),
  affine: unary().map(({ inputs }) => ({ attrs: { scale: -1.7, shift: 0.3 }, inputs })),
  cast: [{ inputs: { x: half(floats([3, 5003])) } }],
  add: binary(),
  sub: binary(),
  mul: binary(),
  div: binary(positive),
  maximum: binary(),
  equal: binary(Math.round),
  where: binary((x) => Math.max(0, x)),
  sum: reductions,
  max: reductions,
  argmax: [{ inputs: { x: floats([3, 50, 37]) } }],
  broadcastTo: [
    { attrs: { to: [40, 501] }, inputs: { x: floats([501]) } },
    { attrs: { to: [40, 501] }, inputs: { x: floats([40, 1]) } },
    { attrs: { to: [2, 3, 4, 5, 6, 70] }, inputs: { x: floats([2, 1, 4, 1, 6, 1]) } },
  ],
  permute: [
    { attrs: { axes: [0, 2, 1, 3] }, inputs: { x: floats([3, 50, 4, 30]) } },
    { attrs: { axes: [1, 0] }, inputs: { x: floats([133, 70]) } },
    { attrs: { axes: [3, 1, 0, 2] }, inputs: { x: floats([35, 4, 5, 40]) } },
  ],
  slice: [
    { attrs: { axis: 0, from: 1, to: 90 }, inputs: { x: floats([100, 113]) } },
    { attrs: { axis: 1, from: 2, to: 99 }, inputs: { x: floats([113, 100]) } },
  ],
  pad: [
    { attrs: { axis: 0, before: 50, after: 41 }, inputs: { x: floats([3, 113]) } },
    { attrs: { axis: 1, before: 7, after: 0 }, inputs: { x: floats([113, 90]) } },
  ],
  concat: [
    { attrs: { axis: 0 }, inputs: named([floats([50, 101]), floats([90, 101], 2)]) },
    { attrs: { axis: 1 }, inputs: named([floats([101, 50]), floats([101, 90], 2)]) },
  ],
  band: [
    { attrs: { low: Number.NEGATIVE_INFINITY, high: 0, fill: -1e30 }, inputs: { x: floats([3, 70, 70]) } },
    { attrs: { low: -3, high: 5000, fill: 0.5 }, inputs: { x: floats([3, 9001]) } },
  ],
  pack: [
    {
      attrs: { offsets: [64, 5120, 9984], length: 20000 },
      inputs: named([floats([4999]), floats([4801], 2), floats([70, 70], 3)]),
    },
  ],
  assign: [false, true].map((add) => ({
    attrs: { add },
    inputs: { into: floats([9001]), x: floats([9001], 2) },
    wanted: [],
  })),
  matmul: products,
  solveTril: [false, true].map((transpose) => ({
    attrs: { transpose },
    inputs: { m: floats([5, 13, 13], 1, (x) => x / 4), r: floats([5, 13, 19], 2) },
  })),
  cumsum: [0, 1, 2].flatMap((axis) =>
    [false, true].map((reverse) => ({ attrs: { axis, reverse }, inputs: { x: floats([13, 14, 21]) } })),
  ),
  embedding: [floats([11, 37]), half(floats([11, 37]))].map((weight) => ({ inputs: { weight, ids: ids(200, 11) } })),
  scatterAdd: [{ attrs: { rows: 11 }, inputs: { x: floats([200, 37]), ids: ids(200, 11) } }],
  oneHot: [{ attrs: { classes: 9 }, inputs: { ids: ids(200, 9, -2) } }],
};

/** All but one without inputs: fill.test.ts cuts it. */
const kernels = Object.values(primitiveKernels).filter(({ op }) => op !== 'full');

describe.each(['plain', 'relaxed', 'wide'] as const)('tier %s', (tier) => {
  const tried = Object.entries(cases).map(
    ([name, list]): CutCases => ({
      op: primitives[name as PrimitiveName],
      cases: list.map(({ attrs = null, ...given }, i) => ({ name: `case ${i}`, attrs, ...given })),
    }),
  );
  it.each(cutChecks(kernels, tried, tier))('$name', ({ run }) => run());
});
