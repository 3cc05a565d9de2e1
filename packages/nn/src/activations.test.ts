// Activations: the normal distribution function against known values, gradients, and every name of the table.
import { cpu, full, gradOf, parameter, scope, tensor } from '@twilljs/tensor';
import { gradcheck, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { gelu, geluTanh, transformersActivationNames, transformersActivations } from './activations.ts';
import { normalCdf } from './normal-cdf/op.ts';
import { kernels } from './wasm.ts';
import { kernels as webgpuKernels } from './webgpu.ts';

const f64 = cpu({ float: 'f64' });
const plain = await wasm({ tier: 'plain', kernels, poison: true });
const relaxed = await wasm({ tier: 'relaxed', kernels, poison: true });
const cards = await webgpuDevices({ kernels: webgpuKernels });

/** Twenty digits of 1/2 erfc(-x / sqrt 2), rounded. */
const known: [number, number][] = [
  [-30, 4.906713927148187e-198],
  [-12, 1.776482112077679e-33],
  [-6, 9.86587645037698e-10],
  [-2.5, 0.006209665325776135],
  [-1, 0.15865525393145705],
  [-0.3, 0.3820885778110474],
  [0, 0.5],
  [1e-9, 0.5000000003989423],
  [0.1, 0.539827837277029],
  [0.7, 0.758036347776927],
  [1.5, 0.9331927987311419],
  [4, 0.9999683287581669],
  [9, 1.0],
];

describe.each([
  ['cpu', cpu(), 1e-7],
  ['cpu-f64', f64, 3e-16],
  ['wasm, plain', plain, 2.4e-7],
  ['wasm, relaxed', relaxed, 2.4e-7],
  ...cards.map(([name, device]) => [name, device, 2.4e-7] as const),
] as const)('normalCdf on %s', (_, device, bound) => {
  it('is the distribution function of the normal', async () => {
    const y = await scope(() =>
      normalCdf(
        tensor(
          known.map(([x]) => x),
          [known.length],
          { device },
        ),
      ),
    ).data();
    for (const [i, [, expected]] of known.entries()) expect(Math.abs(y[i] - expected)).toBeLessThanOrEqual(bound);
  });
});

describe.each([['plain', plain], ['relaxed', relaxed], ...cards])(
  'normalCdf and its gradient by the %s kernels',
  (_, device) => {
    const run = async (xs: readonly number[]) => {
      const shape = [xs.length];
      const [y, [dx]] = scope(() => {
        const x = parameter(tensor(xs, shape, { device }));
        const y = normalCdf(x);
        return [y, gradOf([y], [full(shape, 1, { device })], [x])] as const;
      });
      return { y: await y.data(), dx: await dx.data() };
    };

    it('keep their digits far out', async () => {
      // An input that is no float moves the result by as much as x^2 times its rounding.
      const far = known.filter(([x, y]) => Math.fround(x) === x && y > 1e-37);
      const { y, dx } = await run(far.map(([x]) => x));
      for (const [i, [x, expected]] of far.entries()) {
        const density = Math.exp((x * x) / -2) / Math.sqrt(2 * Math.PI);
        expect(Math.abs(y[i] / expected - 1), `${x}`).toBeLessThanOrEqual(1e-6);
        expect(Math.abs(dx[i] / density - 1), `gradient at ${x}`).toBeLessThanOrEqual(1e-6);
      }
    });

    it('have limits, and keep what is no number', async () => {
      const { y, dx } = await run([Number.NEGATIVE_INFINITY, -1e30, 1e30, Number.POSITIVE_INFINITY, Number.NaN]);
      expect([...y]).toEqual([0, 0, 1, 1, Number.NaN]);
      expect([...dx]).toEqual([0, 0, 0, 0, Number.NaN]);
    });
  },
);

const x = Float64Array.from(noise(64, 1), (v) => 4 * v);

it.each(transformersActivationNames)('%s has the gradient of its values', async (name) => {
  const f = transformersActivations[name];
  expect(await gradcheck(([t]) => [f(t)], [{ shape: [64], values: x }])).toBeLessThanOrEqual(1e-7);
});

it('tells the exact gelu from the one with tanh', async () => {
  const [exact, approximate] = [gelu, geluTanh].map((f) => scope(() => f(tensor([1, -2.2], [2], { device: f64 }))));
  // 1 Phi(1), -2.2 Phi(-2.2)
  expect((await exact.data())[0]).toBeCloseTo(0.8413447460685429, 14);
  const difference = (await approximate.data())[1] - (await exact.data())[1];
  expect(Math.abs(difference)).toBeGreaterThan(1e-4);
  expect(Math.abs(difference)).toBeLessThan(1e-3);
});
