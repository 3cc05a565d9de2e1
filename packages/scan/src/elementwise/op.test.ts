// elementwise on every device: definition = kernel = oracle, and the properties of a recurrence. Its goldens are in golden/ops.test.ts.
import { apply, cpu, type Device, type Tensor, zeros } from '@twilljs/tensor';
import { conformance, failures, gradcheck, named } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { type ElementwiseCase, elementwiseInputs } from '../cases.ts';
import { type Recurrence, recurrenceChecks } from '../checks.ts';
import { kernels } from '../wasm.ts';
import { naive } from './naive.ts';
import { elementwise, elementwiseGradOp, elementwiseOp } from './op.ts';

const devices: [string, Device][] = [
  ['cpu', cpu({ poison: true })],
  ['cpu-f64', cpu({ float: 'f64' })],
  ['wasm plain', await wasm({ kernels, tier: 'plain', poison: true })],
  ['wasm relaxed', await wasm({ kernels, tier: 'relaxed', poison: true })],
];
const small = { B: 2, D: 5 };

const recurrence: Recurrence<object> = {
  op: elementwiseOp,
  attrs: {},
  inputs: (T, fresh) => elementwiseInputs({ ...small, T, fresh }),
  linearIn: 'x',
};

const cases: [string, ElementwiseCase][] = [
  ...[1, 2, 7, 16, 63, 64, 65, 100, 257].map((T): [string, ElementwiseCase] => [`T = ${T}`, { ...small, T }]),
  ...[1, 3, 4, 24, 63, 64, 130].map((D): [string, ElementwiseCase] => [`D = ${D}`, { B: 2, T: 21, D }]),
  ['no state', { ...small, T: 65, fresh: true }],
  ['one token, no state', { ...small, T: 1, fresh: true }],
  ['no decay', { ...small, T: 100, gates: 'zero' }],
  ['gates e^-20', { ...small, T: 131, gates: 'strong' }],
  ['gates from e^-8 to e^-2', { ...small, T: 131, gates: 'strong-all' }],
  ['gates 1 - 1e-7', { ...small, T: 131, gates: 'weak' }],
];

describe.each(devices)('elementwise on %s', (_, device) => {
  it.each(cases)('equals the recurrence and its gradients: %s', async (name, at) => {
    const compared = await conformance(
      elementwiseOp,
      { name, attrs: {}, inputs: elementwiseInputs(at) },
      device,
      (ins) => ({
        ...naive(ins),
      }),
    );
    expect(failures(compared, device.float)).toEqual([]);
  });

  for (const { name, run } of recurrenceChecks(recurrence, device)) it(name, run);

  it('has a gradient of an absent state without elements', () => {
    const x = zeros([1, 3, 4], { device });
    const ds = apply(elementwiseGradOp, [x, zeros([1, 4], { device }), x, null, x], {});
    expect(ds.map((d) => d.shape)).toEqual([[1, 3, 4], [1, 3, 4], [0]]);
  });
});

it('runs by its kernels on wasm', async () => {
  const device = await wasm({ kernels, tier: 'plain' });
  await conformance(elementwiseOp, { name: '', attrs: {}, inputs: elementwiseInputs({ ...small, T: 20 }) }, device);
  expect([...device.fallbacks.keys()]).toEqual([]);
});

const checked: [string, ElementwiseCase][] = [
  ['with everything', { B: 2, T: 9, D: 3 }],
  ['one token', { B: 2, T: 1, D: 3 }],
  ['no state', { B: 1, T: 9, D: 3, fresh: true }],
];

it.each(checked)('gradcheck %s', async (_, at) => {
  const inputs = elementwiseInputs(at);
  const names = Object.keys(inputs);
  const run = (ts: Tensor[]) =>
    Object.values(named(elementwiseOp, {})(Object.fromEntries(ts.map((t, i) => [names[i], t]))));
  const list = Object.values(inputs).map(({ data, shape }) => ({ values: data, shape }));
  expect(await gradcheck(run, list)).toBeLessThan(1e-7);
});

describe('what it refuses', () => {
  const make = (changes: Partial<Record<string, number[]>>) => {
    const [x, g, h0] = Object.values({ x: [2, 3, 4], g: [2, 3, 4], h0: [2, 4], ...changes }).map((shape) =>
      zeros(shape!),
    );
    return () => elementwise(x, g, h0);
  };
  it.each<[Partial<Record<string, number[]>>, string]>([
    [{ x: [2, 12] }, 'elementwise: x [2,12] is not [B,T,D]; reshape it.'],
    [{ x: [2, 0, 4] }, 'elementwise: x [2,0,4] holds no token; give at least one.'],
    [{ g: [2, 3, 1] }, 'elementwise: g is [2,3,1] but x [2,3,4] asks for [2,3,4]; reshape one of them.'],
    [{ h0: [4] }, 'elementwise: h0 is [4] but x [2,3,4] asks for [2,4]; reshape one of them.'],
  ])('%o', (changes, message) => {
    expect(make(changes)).toThrow(message);
  });
});
