// Every op of the package in all its options: its gradient against central differences, and its kernels in both tiers against the f64
// reference, forward and backward, in memory that starts as NaN.

import { gpujsDevices } from '@twilljs/gpujs/testing';
import { cpu, type Device, type Op, tensor } from '@twilljs/tensor';
import { conformance, failures, gradcheck, type Numbers, named, noise, type OpCase } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { addRmsNormOp } from './add-rms-norm/op.ts';
import { addRmsNormLinearsOp } from './add-rms-norm-linears/op.ts';
import { clipGradNormOp } from './clip-grad-norm/op.ts';
import { crossEntropyOp } from './cross-entropy/op.ts';
import { forgetGateOp } from './forget-gate/op.ts';
import { gatedRmsNormOp } from './gated-rms-norm/op.ts';
import { gdnGateOp } from './gdn-gate/op.ts';
import { kernels as gpujsKernels } from './gpujs.ts';
import { l2NormOp } from './l2-norm/op.ts';
import { l2NormsOp } from './l2-norms/op.ts';
import { layerNormOp } from './layer-norm/op.ts';
import { linearsOp } from './linear/op.ts';
import { logProbsOp } from './log-probs/op.ts';
import { logSigmoidOp } from './log-sigmoid/op.ts';
import { logSumExpOp } from './log-sum-exp/op.ts';
import { normalCdfOp } from './normal-cdf/op.ts';
import { rmsNormOp } from './rms-norm/op.ts';
import { rotariesOp } from './rotaries/op.ts';
import { rotaryOp } from './rotary/op.ts';
import { packSequencesOp, padSequencesOp } from './sequences/op.ts';
import { shortConvOp } from './short-conv/op.ts';
import { shortConvsOp } from './short-convs/op.ts';
import { siluOp } from './silu/op.ts';
import { softmaxOp } from './softmax/op.ts';
import { swigluOp } from './swiglu/op.ts';
import { swigluLinearOp } from './swiglu-linear/op.ts';
import { kernels } from './wasm.ts';
import { kernels as webgpuKernels } from './webgpu.ts';

type Inputs = Record<string, Numbers>;
interface Tried {
  op: Op;
  /** Cases of a size n. */
  cases(n: number): { attrs?: unknown; inputs: Inputs; wanted?: string[] }[];
}

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const floats = (shape: number[], seed = 1, map = (x: number) => x): Numbers => ({
  shape,
  data: noise(count(shape), 1000 + seed).map(map), // other seeds than those of the kit's cotangents
});
const labels = (shape: number[], classes: number): Numbers => ({
  shape,
  data: Array.from({ length: count(shape) }, (_, i) => (i % 4 === 1 ? -100 : (i * 7 + (i >> 2)) % classes)),
  dtype: 'i32',
});
/** A gap, a sequence across rows, an empty one, one of one token, and a gap behind, of P positions. */
const ranges = (P: number): Numbers => {
  const last = P - (P >> 3) - 1;
  const middle = Math.min(last, P - (P >> 2));
  return { shape: [3, 2], data: [P > 3 ? 1 : 0, middle, middle, middle, last, last + 1], dtype: 'i32' };
};
/** With and without each optional input. */
const subsets = (inputs: Inputs, optional: string[]): Inputs[] =>
  optional.reduce<Inputs[]>(
    (all, name) => all.flatMap((one) => [one, Object.fromEntries(Object.entries(one).filter(([key]) => key !== name))]),
    [inputs],
  );
const wide = (x: number) => 8 * x;
/** Rows of n, and n times as many rows: whose sums are of several blocks. */
const longAndMany = (n: number) => [
  [3, 2, n],
  [n, 2, 6],
];
/** Rows of one or two elements have hardly a direction of their own: without a large eps their gradient is all rounding. */
const epsFor = (n: number) => (n < 3 ? 0.1 : 1e-5);

const tried: Tried[] = [
  {
    op: rmsNormOp,
    cases: (n) =>
      [
        ...[...longAndMany(n), [n >> 2, 300]].flatMap((shape) =>
          subsets({ x: floats(shape, n), weight: floats(shape.slice(-1), 2) }, ['weight']),
        ),
        // So many rows that blocks of them grow.
        ...(n === 257 ? [{ x: floats([35 * n, 65], n), weight: floats([65], 2) }] : []),
      ].map((inputs) => ({ attrs: { eps: epsFor(n) }, inputs })),
  },
  {
    op: addRmsNormOp,
    cases: (n) =>
      longAndMany(n).flatMap((shape) =>
        subsets({ x: floats(shape, n), branch: floats(shape, 7), weight: floats(shape.slice(-1), 2) }, ['weight']).map(
          (inputs) => ({ attrs: { eps: epsFor(n) }, inputs }),
        ),
      ),
  },
  {
    op: gatedRmsNormOp,
    cases: (n) =>
      ['silu', 'sigmoid'].flatMap((activation) =>
        longAndMany(n).flatMap((shape) =>
          subsets({ x: floats(shape, n), gate: floats(shape, 3, wide), weight: floats(shape.slice(-1), 2) }, [
            'weight',
          ]).map((inputs) => ({ attrs: { eps: epsFor(n), activation }, inputs })),
        ),
      ),
  },
  {
    op: forgetGateOp,
    cases: (n) =>
      longAndMany(n).flatMap((shape) =>
        subsets({ f: floats(shape, n, wide), odds: floats(shape.slice(-1), 2, wide) }, ['odds']).map((inputs) => ({
          inputs,
        })),
      ),
  },
  {
    op: gdnGateOp,
    cases: (n) =>
      [1, 2].map((scale) => ({
        attrs: { scale },
        inputs: {
          a: floats([3, 7, n], n, wide),
          A_log: floats([n], 2),
          dt_bias: floats([n], 3),
          b: floats([3, 7, n], 4, wide),
        },
      })),
  },
  {
    op: l2NormOp,
    cases: (n) => longAndMany(n).map((shape) => ({ attrs: { eps: epsFor(n) }, inputs: { x: floats(shape, n) } })),
  },
  {
    op: l2NormsOp,
    cases: (n) =>
      longAndMany(n).map((shape) => ({
        attrs: { eps: epsFor(n) },
        inputs: { q: floats(shape, n), k: floats([5, shape.at(-1)!], 2) },
      })),
  },
  {
    op: layerNormOp,
    // One element per row has no deviation: its gradient is 0.
    cases: (n) =>
      [
        [5, n + 1],
        [n, 2, 6],
      ]
        .flatMap((shape) => {
          const width = [shape.at(-1)!];
          return subsets({ x: floats(shape, n), weight: floats(width, 2), bias: floats(width, 4) }, ['weight', 'bias']);
        })
        .map((inputs) => ({ attrs: { eps: epsFor(n) }, inputs })),
  },
  {
    op: linearsOp,
    cases: (n) =>
      [1, 3, 6].flatMap((parts) =>
        [
          [n, 5],
          [3, n],
        ].map(([M, I]) => ({
          inputs: {
            x: floats([2, M, I], n),
            ...Object.fromEntries(
              Array.from({ length: parts }, (_, i) => [`weight${i}`, floats([((i * n) % 90) + 1, I], i)]),
            ),
          },
        })),
      ),
  },
  { op: siluOp, cases: (n) => [{ inputs: { x: floats([n], n, wide) } }] },
  { op: swigluOp, cases: (n) => [{ inputs: { gate: floats([3, n], n, wide), up: floats([3, n], 2) } }] },
  { op: logSigmoidOp, cases: (n) => [{ inputs: { x: floats([n], n, wide) } }] },
  // Further out the differences lose what is left of the slope; activations.test.ts goes there.
  { op: normalCdfOp, cases: (n) => [{ inputs: { x: floats([n], n, (x) => 3 * x) } }] },
  { op: softmaxOp, cases: (n) => [{ inputs: { x: floats([3, n + 1], n, wide) } }] },
  { op: logSumExpOp, cases: (n) => [{ inputs: { x: floats([2, 3, n], n, wide) } }] },
  {
    op: crossEntropyOp,
    cases: (n) => [
      { inputs: { logits: floats([7, n + 1], n, wide), labels: labels([7], n + 1) } },
      { inputs: { logits: floats([2, n, 9], n, wide), labels: labels([2, n], 9) } },
    ],
  },
  {
    // With an output that has no gradient, the kit asks for none: op.test.ts does.
    op: logProbsOp,
    cases: (n) => [
      { inputs: { logits: floats([7, n + 1], n, wide), labels: labels([7, 1], n + 1) }, wanted: [] },
      { inputs: { logits: floats([2, 3, n], n, wide), labels: labels([2, 3, 5], n) }, wanted: [] },
    ],
  },
  {
    op: shortConvOp,
    cases: (n) =>
      (n < 100 ? [1, 2, 4, 5] : [4]).flatMap((W) =>
        [
          [2, n, 5],
          [2, 6, n],
        ].flatMap(([B, T, D]) =>
          subsets(
            { x: floats([B, T, D], n), weight: floats([D, W], 2), bias: floats([D], 3), h0: floats([B, W - 1, D], 4) },
            ['bias', 'h0'],
          )
            .flatMap((inputs): Inputs[] => {
              const { h0, ...rest } = inputs;
              const state = h0 && { h0: floats([3, W - 1, D], 4) };
              return [inputs, { ...rest, ...state, ranges: ranges(B * T) }];
            })
            .map((inputs, i) => ({ attrs: { activation: i % 3 === 0 ? null : 'silu' }, inputs })),
        ),
      ),
  },
  {
    op: shortConvsOp,
    cases: (n) =>
      [
        { T: n, D: [3, 2, 4] },
        { T: 5, D: [n, 2, 3] },
      ].flatMap(({ T, D: [D, E, F] }, i) => {
        const W = 4 - i;
        const given = {
          ...{ q: floats([1, T, D], n), k: floats([1, T, E], 2), v: floats([1, T, F], 3) },
          ...{ q_weight: floats([D, W], 4), k_weight: floats([E, W], 5), v_weight: floats([F, W], 6) },
        };
        const before = (n: number) => ({
          ...{ q_h0: floats([n, W - 1, D], 7), k_h0: floats([n, W - 1, E], 8), v_h0: floats([n, W - 1, F], 9) },
        });
        const attrs = { activations: i === 0 ? ['silu', null, 'silu'] : [null, 'silu', null] };
        return [given, { ...given, ...before(1) }, { ...given, ...before(3), ranges: ranges(T) }].map((inputs) => ({
          attrs,
          inputs,
        }));
      }),
  },
  {
    op: addRmsNormLinearsOp,
    cases: (n) =>
      [
        { rows: 1, D: n, outputs: [5, 3] },
        { rows: 4, D: n, outputs: [1, 2, 6, 4, 3, 5, 7] },
        { rows: n, D: 6, outputs: [5, 1] },
      ].map(({ rows, D, outputs }) => ({
        attrs: { eps: epsFor(Math.min(n, D)) },
        inputs: {
          ...{ x: floats([rows, D], n), branch: floats([rows, D], 2), norm_weight: floats([D], 3) },
          ...Object.fromEntries(outputs.map((O, i) => [`weight${i}`, floats([O, D], 4 + i)])),
        },
      })),
  },
  {
    op: swigluLinearOp,
    cases: (n) =>
      [
        [1, n, 5],
        [4, n, 3],
        [n, 7, 6],
      ].map(([rows, I, O]) => ({
        inputs: { gate: floats([rows, I], n, wide), up: floats([rows, I], 2), weight: floats([O, I], 3) },
      })),
  },
  {
    op: rotaryOp,
    cases: (n) =>
      [false, true].flatMap((inverse) => [
        {
          attrs: { inverse },
          inputs: { x: floats([2, 3, 2, 2 * n], n), cos: floats([3, n], 2), sin: floats([3, n], 3) },
          wanted: ['x'],
        },
        {
          attrs: { inverse },
          inputs: { x: floats([1, n, 1, 6], n), cos: floats([n, 3], 2), sin: floats([n, 3], 3) },
          wanted: ['x'],
        },
        ...[
          [n, 3],
          [2, n, 3],
        ].map((table) => ({
          attrs: { inverse },
          inputs: { x: floats([2, n, 2, 6], n), cos: floats(table, 2), sin: floats(table, 3), ranges: ranges(2 * n) },
          wanted: ['x'],
        })),
      ]),
  },
  {
    op: rotariesOp,
    cases: (n) =>
      [
        { D: 2 * n, table: [3, n], T: 3 },
        { D: 6, table: [2, n, 3], T: n, ranges: ranges(2 * n) },
      ].map(({ D, table, T, ...given }) => ({
        attrs: { inverse: n > 1 },
        inputs: {
          ...{ q: floats([2, T, 2, D], n), k: floats([2, T, 1, D], 4), cos: floats(table, 2), sin: floats(table, 3) },
          ...given,
        } as Inputs,
        wanted: ['q', 'k'],
      })),
  },
  {
    op: padSequencesOp,
    cases: (n) =>
      [1, 5].map((length) => ({ attrs: { length }, inputs: { x: floats([2, 3, n], n), ranges: ranges(6) } })),
  },
  {
    op: packSequencesOp,
    cases: (n) => [{ attrs: { B: 2, T: n }, inputs: { x: floats([3, 2, 5], n), ranges: ranges(2 * n) } }],
  },
  {
    op: clipGradNormOp,
    cases: (n) =>
      [0.3, 1e3].flatMap((maxNorm) =>
        subsets(
          {
            grad: floats([n], n),
            blocks: { shape: [2, 3], data: [0, n >> 1, 0, n >> 1, n, 1], dtype: 'i32' },
            loss: floats([], 2),
          },
          ['loss'],
        ).map((inputs, i) => ({ attrs: { maxNorm, scale: i === 0 ? 1 : 1 / 3 }, inputs })),
      ),
  },
];

describe('gradients of ops', () => {
  const withOne = tried.filter(({ cases }) => cases(1)[0].wanted?.length !== 0);
  it.each(withOne.map(({ op, cases }) => [op.name, op, cases] as const))('%s', async (_name, op, cases) => {
    for (const { attrs = null, inputs, wanted } of [...cases(1), ...cases(7)]) {
      const names = Object.keys(inputs);
      const constants = new Set(names.filter((name) => wanted && !wanted.includes(name)));
      const checked = names.filter((name) => !constants.has(name));
      const error = await gradcheck(
        (ins) => {
          const byName = Object.fromEntries(checked.map((name, i) => [name, ins[i]]));
          const { device } = ins[0];
          for (const name of constants) {
            const { data, shape, dtype } = inputs[name];
            byName[name] = tensor(data, shape, { device, ...(dtype && { dtype }) });
          }
          return Object.values(named(op, attrs)(byName));
        },
        checked.map((name) => ({
          shape: inputs[name].shape,
          values: inputs[name].data,
          ...(inputs[name].dtype && { dtype: inputs[name].dtype }),
        })),
      );
      expect(error, `${op.name} ${JSON.stringify(attrs)} ${names}`).toBeLessThanOrEqual(1e-7);
    }
  });
});

const devices: [name: string, device: Device][] = [
  ['cpu', cpu({ poison: true })],
  ...(await Promise.all(
    (['plain', 'relaxed', 'wide'] as const).map(
      async (tier): Promise<[string, Device]> => [tier, await wasm({ tier, kernels, poison: true })],
    ),
  )),
  ...(await webgpuDevices({ kernels: webgpuKernels })),
  ...gpujsDevices({ kernels: gpujsKernels }),
];

/** gpu.js has kernels of some ops, and fewer sizes to try. */
const isSlow = (where: string) => where.startsWith('gpujs');

describe.each(devices)('ops on %s', (where, device) => {
  it.each(tried.map(({ op, cases }) => [op.name, op, cases] as const))('%s', async (name, op, cases) => {
    for (const { attrs = null, inputs, wanted } of (isSlow(where) ? [7, 63] : [1, 2, 7, 63, 100, 257]).flatMap(cases)) {
      const tested: OpCase<unknown> = { name, attrs, inputs, ...(wanted && { wanted }) };
      const compared = await conformance(op, tested, device);
      const shapes = Object.entries(inputs).map(([key, x]) => `${key} [${x.shape}]`);
      expect(failures(compared, 'f32'), `${name} ${shapes} ${JSON.stringify(attrs)}`).toEqual([]);
    }
    if (where !== 'cpu' && !isSlow(where)) expect([...device.fallbacks.keys()]).toEqual([]);
  });
});
