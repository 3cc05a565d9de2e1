// elementwise on every device: definition = kernel = oracle, and the properties of a recurrence. Its goldens are in golden/ops.test.ts.
import { apply, zeros } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { type ElementwiseCase, elementwiseInputs } from '../cases.test-data.ts';
import { type Recurrence, recurrenceChecks } from '../checks.test-data.ts';
import { gradChecks, lengths, oracleChecks, runsByKernels, testDevices, withShapes } from '../op-checks.test-data.ts';
import { packedChecks } from '../packed-checks.test-data.ts';
import { naive } from './naive.ts';
import { elementwise, elementwiseGradOp, elementwiseOp } from './op.ts';

const small = { B: 2, D: 5 };

const recurrence: Recurrence<object, ElementwiseCase> = {
  op: elementwiseOp,
  attrs: {},
  naive,
  inputs: elementwiseInputs,
  small: (T, fresh) => ({ ...small, T, fresh }),
  linearIn: 'x',
};

const cases: [string, ElementwiseCase][] = [
  ...lengths([1, 2, 7, 16, 63, 64, 65, 100, 257], small),
  ...[1, 3, 4, 24, 63, 64, 130].map((D): [string, ElementwiseCase] => [`D = ${D}`, { B: 2, T: 21, D }]),
  ['no state', { ...small, T: 65, fresh: true }],
  ['one token, no state', { ...small, T: 1, fresh: true }],
  ['no decay', { ...small, T: 100, gates: 'zero' }],
  ['gates e^-20', { ...small, T: 131, gates: 'strong' }],
  ['gates from e^-8 to e^-2', { ...small, T: 131, gates: 'strong-all' }],
  ['gates 1 - 1e-7', { ...small, T: 131, gates: 'weak' }],
];

describe.each(await testDevices(wasm))('elementwise on %s', (_, device) => {
  const checks = [...oracleChecks(recurrence, cases, device), ...recurrenceChecks(recurrence, device)];
  for (const { name, run } of [...checks, ...packedChecks(recurrence, device)]) it(name, run);

  it('has a gradient of an absent state without elements', () => {
    const x = zeros([1, 3, 4], { device });
    const ds = apply(elementwiseGradOp, [x, zeros([1, 4], { device }), x, null, x, null], {});
    expect(ds.map((d) => d.shape)).toEqual([[1, 3, 4], [1, 3, 4], [0]]);
  });
});

const checked: [string, ElementwiseCase][] = [
  ['with everything', { B: 2, T: 9, D: 3 }],
  ['one token', { B: 2, T: 1, D: 3 }],
  ['no state', { B: 1, T: 9, D: 3, fresh: true }],
];

for (const { name, run } of [runsByKernels(recurrence, wasm), ...gradChecks(recurrence, checked)]) it(name, run);

describe('what it refuses', () => {
  const shapes = { x: [2, 3, 4], g: [2, 3, 4], h0: [2, 4] };
  const make = withShapes(shapes, (x, g, h0) => elementwise(x, g, h0));
  it.each<[Record<string, number[]>, string]>([
    [{ x: [2, 12] }, 'elementwise: x [2,12] is not [B,T,D]; reshape it.'],
    [{ x: [2, 0, 4] }, 'elementwise: x [2,0,4] holds no token; give at least one.'],
    [{ g: [2, 3, 1] }, 'elementwise: g is [2,3,1] but x [2,3,4] asks for [2,3,4]; reshape one of them.'],
    [{ h0: [4] }, 'elementwise: h0 is [4] but x [2,3,4] asks for [2,4]; reshape one of them.'],
  ])('%o', (changes, message) => {
    expect(make(changes)).toThrow(message);
  });
});
