// Inputs of every primitive: sizes that are multiples of nothing, and shapes of every kind.
import type { PrimitiveName } from '../primitives.ts';
import { noise } from './noise.ts';
import type { Numbers } from './replay.ts';

const sizes = [1, 2, 7, 63, 100, 257];
const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const floats = (shape: number[], seed = 1, map = (x: number) => x): Numbers => ({
  shape,
  data: noise(count(shape), seed).map(map),
});
const half = (x: Numbers): Numbers => ({ ...x, dtype: 'bf16' });
const ids = (shape: number[], below: number, from = 0): Numbers => ({
  shape,
  data: Array.from({ length: count(shape) }, (_, i) => from + ((i * 7 + (i >> 2)) % (below - from))),
  dtype: 'i32',
});

/** Inputs and attributes on which devices compare a primitive. */
export interface PrimitiveCase {
  attrs?: unknown;
  inputs: Record<string, Numbers>;
}
const each = (make: (n: number) => PrimitiveCase | PrimitiveCase[]): PrimitiveCase[] => sizes.flatMap(make);
const unary = (map = (x: number) => 3 * x) => each((n) => ({ inputs: { x: floats([n], n, map) } }));
const positive = (x: number) => 1.6 + 1.5 * x;
const awayFromZero = (x: number) => x + Math.sign(x) * 0.1;

/** Same shape, scalars, rows, columns, and mixtures up to more axes than one kernel call walks. */
const pairs: [number[], number[]][] = [
  ...sizes.map((n): [number[], number[]] => [[n], [n]]),
  ...sizes.map((n): [number[], number[]] => [[n, 3], [1]]),
  ...sizes.map((n): [number[], number[]] => [[1], [2, n]]),
  ...sizes.map((n): [number[], number[]] => [[5, n], [n]]),
  ...sizes.map((n): [number[], number[]] => [
    [5, n],
    [5, 1],
  ]),
  [
    [3, 1, 63],
    [3, 7, 63],
  ],
  [
    [7, 1],
    [1, 100],
  ],
  [
    [2, 3, 1, 5],
    [1, 3, 7, 1],
  ],
  [
    [2, 1, 3, 1, 2, 1, 3],
    [1, 2, 1, 5, 1, 2, 1],
  ],
  [
    [2, 1, 3, 1, 2, 1],
    [2, 2, 3, 5, 2, 2],
  ],
  [[], []],
  [[], [3]],
];
const binary = (map = (x: number) => x) =>
  pairs.map(([a, b], i) => ({ inputs: { a: floats(a, i + 1), b: floats(b, i + 50, map) } }));
/** Values that differ pairwise, in no order. */
const distinct = (shape: number[]): Numbers => ({
  shape,
  data: Float64Array.from({ length: count(shape) }, (_, i) => ((i * 7919) % 10007) / 1000 - 5),
});
const reductions: [number[], number[]][] = [
  ...sizes.flatMap((n): [number[], number[]][] => [
    [[n], [1]],
    [
      [3, n],
      [3, 1],
    ],
    [
      [3, n],
      [1, n],
    ],
    [
      [n, 5],
      [1, 5],
    ],
    [
      [2, n, 3],
      [2, 1, 3],
    ],
  ]),
  [
    [3, 4, 5, 6],
    [3, 1, 5, 1],
  ],
  [
    [3, 4, 5, 6],
    [1, 4, 1, 6],
  ],
  [
    [3, 4, 5, 6],
    [3, 4, 5, 6],
  ],
  [
    [2, 300, 70],
    [2, 1, 70],
  ],
  [[3000], [1]],
  [[], []],
];
/** Equal largest numbers, and rows in which softmax is undefined. */
const ties: PrimitiveCase[] = [3, 4, 7, 9].flatMap((n) =>
  [2, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => {
    const rows = Array.from({ length: n }, (_, at) => Array.from({ length: n }, (_, i) => (i >= at ? value : -value)));
    return { inputs: { x: { shape: [n, n], data: rows.flat() } } };
  }),
);
const reduce = (make: (shape: number[]) => Numbers) =>
  reductions.map(([from, to]) => ({ attrs: { to }, inputs: { x: make(from) } }));
const products: [number[], number, number, number][] = [
  ...sizes.map((n): [number[], number, number, number] => [[], n, n, n]),
  ...sizes.map((n): [number[], number, number, number] => [[2], 1, n, 63]),
  ...sizes.map((n): [number[], number, number, number] => [[2], n, 3, 7]),
  [[2, 3], 5, 9, 33],
  [[], 13, 530, 270],
  [[], 64, 48, 600],
  [[], 3, 4, 0],
];
const flip = (shape: number[], on: boolean) => (on ? [shape[1], shape[0]] : shape);
const matmul = products.flatMap(([lead, M, N, K]) =>
  [0, 1, 2, 3].flatMap((flags) => {
    const attrs = { transposeA: (flags & 1) !== 0, transposeB: (flags & 2) !== 0 };
    const a = floats([...lead, ...flip([M, K], attrs.transposeA)], 1);
    const b = floats([...lead, ...flip([K, N], attrs.transposeB)], 2);
    return [b, half(b)].map((b) => ({ attrs, inputs: { a, b } }));
  }),
);
const list = (shapes: number[][]) => Object.fromEntries(shapes.map((shape, i) => [`x${i}`, floats(shape, i + 1)]));

/** The compiler refuses a primitive without cases. */
export const primitiveCases: Record<PrimitiveName, PrimitiveCase[]> = {
  full: [], // these write in place: they have a test of their own on each device
  assign: [],
  neg: unary(),
  exp: unary((x) => 20 * x),
  log: unary(positive),
  sqrt: unary(positive),
  reciprocal: unary(positive),
  sigmoid: unary((x) => 5 * x),
  tanh: unary(),
  relu: unary(awayFromZero),
  step: unary(awayFromZero),
  softplus: unary((x) => 30 * x),
  affine: each((n) => ({ attrs: { scale: -1.7, shift: 0.3 }, inputs: { x: floats([n]) } })),
  cast: each((n) => ({ inputs: { x: half(floats([n, 3])) } })),
  add: binary(),
  sub: binary(),
  mul: binary(),
  div: binary(positive),
  maximum: binary(),
  equal: [{ inputs: { a: { shape: [5], data: [1, 2, 3, 4, 5] }, b: { shape: [5], data: [1, 0, 3, 0, 5] } } }],
  where: binary((x) => Math.max(0, x)),
  sum: reduce((shape) => floats(shape, 3)),
  max: reduce(distinct),
  argmax: [...each((n) => [{ inputs: { x: distinct([n]) } }, { inputs: { x: distinct([2, 3, n]) } }]), ...ties],
  broadcastTo: [
    ...each((n) => [
      { attrs: { to: [3, n] }, inputs: { x: floats([n]) } },
      { attrs: { to: [n, 5] }, inputs: { x: floats([n, 1]) } },
    ]),
    { attrs: { to: [2, 3, 4, 5, 6, 7] }, inputs: { x: floats([2, 1, 4, 1, 6, 1]) } },
    { attrs: { to: [2, 2, 2, 2, 2, 2, 2, 2] }, inputs: { x: floats([1, 2, 1, 2, 1, 2, 1, 2]) } },
    { attrs: { to: [2, 3] }, inputs: { x: floats([]) } },
  ],
  permute: [
    ...each((n) => [
      { attrs: { axes: [1, 0] }, inputs: { x: floats([n, 5]) } },
      { attrs: { axes: [1, 0] }, inputs: { x: floats([7, n]) } },
      { attrs: { axes: [0, 2, 1, 3] }, inputs: { x: floats([2, n, 3, 4]) } },
    ]),
    { attrs: { axes: [1, 0] }, inputs: { x: floats([100, 257]) } },
    { attrs: { axes: [0, 2, 1] }, inputs: { x: floats([5, 33, 3]) } },
    { attrs: { axes: [0, 2, 1] }, inputs: { x: floats([5, 2, 35]) } },
    { attrs: { axes: [3, 1, 0, 2] }, inputs: { x: floats([3, 4, 5, 6]) } },
    { attrs: { axes: [6, 4, 2, 0, 1, 3, 5] }, inputs: { x: floats([2, 3, 2, 3, 2, 3, 2]) } },
    { attrs: { axes: [4, 3, 2, 1, 0] }, inputs: { x: floats([2, 3, 4, 3, 2]) } },
    { attrs: { axes: [0, 1] }, inputs: { x: floats([3, 4]) } },
    { attrs: { axes: [] }, inputs: { x: floats([]) } },
  ],
  slice: each((n) => [
    { attrs: { axis: 0, from: n >> 1, to: n }, inputs: { x: floats([n, 3]) } },
    { attrs: { axis: 1, from: 0, to: Math.ceil(n / 2) }, inputs: { x: floats([3, n]) } },
    { attrs: { axis: 1, from: 1, to: 3 }, inputs: { x: floats([2, 4, n]) } },
  ]),
  pad: each((n) => [
    { attrs: { axis: 0, before: 2, after: 1 }, inputs: { x: floats([n, 3]) } },
    { attrs: { axis: 1, before: 0, after: 5 }, inputs: { x: floats([3, n]) } },
  ]),
  concat: [0, ...sizes].flatMap((n) => [
    { attrs: { axis: 1 }, inputs: list(Array.from({ length: 16 }, (_, i) => [2, i % 7 === 6 ? 0 : n + i])) },
    {
      attrs: { axis: 0 },
      inputs: list([
        [n, 3],
        [2, 3],
        [1, 3],
      ]),
    },
    {
      attrs: { axis: 1 },
      inputs: list([
        [3, n],
        [3, 5],
      ]),
    },
  ]),
  band: each((n) => [
    { attrs: { low: Number.NEGATIVE_INFINITY, high: 0, fill: -1e30 }, inputs: { x: floats([2, n, n]) } },
    { attrs: { low: -3, high: 2, fill: 0.5 }, inputs: { x: floats([n, 9]) } },
    { attrs: { low: 1, high: Number.POSITIVE_INFINITY, fill: 0 }, inputs: { x: floats([5, n]) } },
    { attrs: { low: 400, high: 500, fill: 2 }, inputs: { x: floats([3, n]) } },
  ]),
  pack: [
    { attrs: { offsets: [0, 64, 192], length: 256 }, inputs: list([[5], [100], [4, 7]]) },
    {
      attrs: { offsets: Array.from({ length: 15 }, (_, i) => 3 + 64 * i), length: 1000 },
      inputs: list(Array.from({ length: 15 }, (_, i) => [i % 6, i])),
    },
  ],
  matmul,
  solveTril: sizes.flatMap((n) =>
    [false, true].flatMap((transpose) => [
      { attrs: { transpose }, inputs: { m: floats([2, n, n], 1, (x) => x / Math.sqrt(n)), r: floats([2, n, 19], 2) } },
      { attrs: { transpose }, inputs: { m: floats([9, 9], 1, (x) => x / 3), r: floats([9, n], 2) } },
    ]),
  ),
  cumsum: sizes.flatMap((n) =>
    [false, true].flatMap((reverse) => [
      { attrs: { axis: 1, reverse }, inputs: { x: floats([3, n]) } },
      { attrs: { axis: 0, reverse }, inputs: { x: floats([5, n]) } },
      { attrs: { axis: 1, reverse }, inputs: { x: floats([2, n, 3]) } },
    ]),
  ),
  embedding: each((n) =>
    [floats([11, n]), half(floats([11, n]))].map((weight) => ({ inputs: { weight, ids: ids([3, n], 11) } })),
  ),
  scatterAdd: each((n) => ({ attrs: { rows: 11 }, inputs: { x: floats([3, n, 5]), ids: ids([3, n], 11) } })),
  oneHot: each((n) => ({ attrs: { classes: 9 }, inputs: { ids: ids([n], 9, -2) } })),
};
