// Stability of the recurrences over 4,096 tokens: gates from e^-20 to 1 - 1e-7, correlated and identical keys, reflections.
import { elementwiseOp, scalarDecayOp, scalarDeltaOp, vectorDecayOp, vectorDeltaOp } from '@twilljs/scan';
import { kernels } from '@twilljs/scan/wasm';
import { cpu, type Device, type Op, scope, size, type Tensor, tensor } from '@twilljs/tensor';
import { deviation, evaluate, type Numbers, named, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { expect, it } from 'vitest';
import { decayInputs, deltaInputs, elementwiseInputs } from '../packages/scan/src/cases.test-data.ts';
import { naive as elementwise } from '../packages/scan/src/elementwise/naive.ts';
import { naive as scalarDecay } from '../packages/scan/src/scalar-decay/naive.ts';
import { naive as scalarDelta } from '../packages/scan/src/scalar-delta/naive.ts';
import { vectorDecayInputs, vectorDeltaInputs } from '../packages/scan/src/vector-cases.test-data.ts';
import { naive as vectorDecay } from '../packages/scan/src/vector-decay/naive.ts';
import { naive as vectorDelta } from '../packages/scan/src/vector-delta/naive.ts';

type Named = Readonly<Record<string, Tensor>>;
type Outputs = Record<'y' | 'state', ArrayLike<number>>;

interface Subject {
  readonly op: Op;
  readonly attrs: { readonly scale: number };
  readonly naive: (ins: Named, attrs: { scale: number }) => { y: Tensor; state: Tensor };
  readonly inputs: Readonly<Record<string, Numbers>>;
}

const attrs = { scale: 0.25 };
const sizes = { B: 1, T: 4096, H: 2, K: 16, V: 16 };
const devices: readonly [string, Device][] = [
  ['cpu', cpu()],
  ['wasm plain', await wasm({ kernels, tier: 'plain' })],
  ['wasm relaxed', await wasm({ kernels, tier: 'relaxed' })],
  ['wasm wide', await wasm({ kernels, tier: 'wide' })],
];

const delta = (['correlated', 'identical'] as const).flatMap((keys) =>
  (['strong', 'weak', 'none'] as const).flatMap((gates) =>
    [1, 2].map((reach): [string, Subject] => [
      `scalarDelta, ${keys} keys, ${gates} gates, beta to ${reach}`,
      { op: scalarDeltaOp, attrs, naive: scalarDelta, inputs: deltaInputs({ ...sizes, keys, gates, reach }) },
    ]),
  ),
);
const decay = (['strong', 'strong-all', 'weak', 'zero', 'fixed'] as const).map((gates): [string, Subject] => [
  `scalarDecay, ${gates} gates`,
  { op: scalarDecayOp, attrs, naive: scalarDecay, inputs: decayInputs({ ...sizes, gates }) },
]);
const channels = (['strong', 'strong-all', 'weak', 'zero'] as const).map((gates): [string, Subject] => [
  `elementwise, ${gates} gates`,
  { op: elementwiseOp, attrs, naive: elementwise, inputs: elementwiseInputs({ B: 2, T: 4096, D: 16, gates }) },
]);

const perChannel = ['strong', 'strong-all', 'channels', 'weak', 'zero'] as const;
const vectors = perChannel.map((gates): [string, Subject] => [
  `vectorDecay, ${gates} gates`,
  { op: vectorDecayOp, attrs, naive: vectorDecay, inputs: vectorDecayInputs({ ...sizes, gates }) },
]);
const vectorDeltas = (['correlated', 'identical'] as const).flatMap((keys) =>
  perChannel.map((gates): [string, Subject] => [
    `vectorDelta, ${keys} keys, ${gates} gates, beta to 2`,
    { op: vectorDeltaOp, attrs, naive: vectorDelta, inputs: vectorDeltaInputs({ ...sizes, keys, gates, reach: 2 }) },
  ]),
);

async function tokenByToken({ naive, inputs }: Subject, device: Device): Promise<Outputs> {
  const { y, state } = scope(() => {
    const ins = Object.entries(inputs).map(([name, { data, shape }]) => [name, tensor(data, shape, { device })]);
    return naive(Object.fromEntries(ins), attrs);
  });
  return { y: await y.data(), state: await state.data() };
}

it.each([...delta, ...decay, ...channels, ...vectors, ...vectorDeltas])(
  '%s',
  async (name, { inputs: drawn, ...subject }) => {
    const rounded = Object.entries(drawn).map(([n, { data, shape }]) => [n, { shape, data: Float32Array.from(data) }]);
    const inputs: Record<string, Numbers> = Object.fromEntries(rounded);
    const exact = await tokenByToken({ ...subject, inputs }, cpu({ float: 'f64' }));
    const oracle = await tokenByToken({ ...subject, inputs }, cpu());
    const { op } = subject;
    const shapes = op.shape(
      op.inputs.map((input) => inputs[input.replace('?', '')]?.shape ?? null),
      attrs,
    );
    const cotangents = Object.fromEntries(
      shapes.map((shape, i) => [op.outputs[i], { shape, data: noise(size(shape), 100 + i) }]),
    );
    for (const [label, device] of devices) {
      const run = named(op, attrs);
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
  },
);
