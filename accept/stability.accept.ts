// Stability of the delta rule over 4,096 tokens: correlated and identical keys, gates from e^-20 to 1 - 1e-7, reflections.
import { scalarDelta } from '@twilljs/scan';
import { kernels } from '@twilljs/scan/wasm';
import { cpu, type Device, scope, type Tensor, tensor } from '@twilljs/tensor';
import { deviation, evaluate, type Numbers, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { expect, it } from 'vitest';
import { type DeltaCase, deltaInputs } from '../packages/scan/src/cases.ts';
import { naive } from '../packages/scan/src/scalar-delta/naive.ts';

const scale = 0.25;
const size = { B: 1, T: 4096, H: 2, K: 16, V: 16 };
const devices: readonly [string, Device][] = [
  ['cpu', cpu()],
  ['wasm plain', await wasm({ kernels, tier: 'plain' })],
  ['wasm relaxed', await wasm({ kernels, tier: 'relaxed' })],
];

const cases: [string, DeltaCase][] = (['correlated', 'identical'] as const).flatMap((keys) =>
  (['strong', 'weak', 'none'] as const).flatMap((gates) =>
    [1, 2].map((reach): [string, DeltaCase] => [
      `${keys} keys, ${gates} gates, beta to ${reach}`,
      { ...size, keys, gates, reach },
    ]),
  ),
);

type Named = Readonly<Record<string, Tensor>>;
type Outputs = Record<'y' | 'state', ArrayLike<number>>;

async function tokenByToken(inputs: Record<string, Numbers>, device: Device): Promise<Outputs> {
  const { y, state } = scope(() => {
    const ins = Object.entries(inputs).map(([name, { data, shape }]) => [name, tensor(data, shape, { device })]);
    return naive(Object.fromEntries(ins), { scale });
  });
  return { y: await y.data(), state: await state.data() };
}

it.each(cases)('%s', async (name, at) => {
  const rounded = Object.entries(deltaInputs(at)).map(([n, { data, shape }]) => [
    n,
    { shape, data: Float32Array.from(data) },
  ]);
  const inputs: Record<string, Numbers> = Object.fromEntries(rounded);
  const exact = await tokenByToken(inputs, cpu({ float: 'f64' }));
  const oracle = await tokenByToken(inputs, cpu());
  const run = ({ q, k, v, g, beta, h0 }: Named) => scalarDelta(q, k, v, g ?? null, beta, h0, { scale });
  const cotangents = {
    y: { shape: inputs.v.shape, data: noise(inputs.v.data.length, 100) },
    state: { shape: inputs.h0.shape, data: noise(inputs.h0.data.length, 101) },
  };
  for (const [label, device] of devices) {
    const { outputs, gradients } = await evaluate(run, { inputs, cotangents }, Object.keys(inputs), device);
    const errors: Record<string, number> = {};
    for (const part of ['y', 'state'] as const) {
      const own = deviation(oracle[part], exact[part]).error;
      errors[part] = deviation(outputs[part].data, exact[part]).error;
      errors[`${part} token by token`] = own;
      expect(errors[part], `${part} on ${label}`).toBeLessThanOrEqual(Math.max(1e-4, 4 * own));
    }
    const line = Object.entries(errors).map(([what, error]) => `${what} ${error.toExponential(1)}`);
    process.stdout.write(`${name}, ${label}: ${line.join(', ')}\n`);
    for (const [input, { data }] of Object.entries(gradients)) {
      expect(Array.prototype.every.call(data, Number.isFinite), `gradient of ${input} on ${label}`).toBe(true);
    }
  }
});
