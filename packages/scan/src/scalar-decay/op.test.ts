// scalarDecay on every device: definition = kernel = oracle, and the properties of a recurrence. Its goldens are in golden/ops.test.ts.
import { apply, zeros } from '@twilljs/tensor';
import { conformance, failures, named } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { type DecayCase, decayInputs } from '../cases.test-data.ts';
import { type Named, type Recurrence, recurrenceChecks } from '../checks.test-data.ts';
import {
  compare,
  gradChecks,
  lengths,
  oracleChecks,
  runsByKernels,
  testDevices,
  withShapes,
} from '../op-checks.test-data.ts';
import { packed, packedChecks, pairs } from '../packed-checks.test-data.ts';
import { naive } from './naive.ts';
import { chunkwise, type ScalarDecayAttrs, scalarDecay, scalarDecayGradOp, scalarDecayOp } from './op.ts';

const small = { B: 2, H: 2, K: 7, V: 5 };
const attrs = { scale: 0.5 };

const recurrence = (gates: NonNullable<DecayCase['gates']>): Recurrence<ScalarDecayAttrs, DecayCase> => ({
  op: scalarDecayOp,
  attrs,
  naive,
  inputs: decayInputs,
  small: (T, fresh) => ({ ...small, T, fresh, gates }),
  linearIn: 'v',
  chunkwise,
});

const cases: [string, DecayCase][] = [
  ...lengths([1, 2, 7, 15, 16, 17, 63, 64, 65, 100, 131, 257], small),
  ...[1, 5, 16, 37, 131].map((T): [string, DecayCase] => [`fixed, T = ${T}`, { ...small, T, gates: 'fixed' }]),
  ['K = V = 24', { B: 1, T: 70, H: 2, K: 24, V: 24 }],
  ['K < V', { B: 2, T: 37, H: 4, K: 9, V: 14 }],
  ['one head of many values', { B: 1, T: 37, H: 1, K: 8, V: 70 }],
  ['K > V', { B: 1, T: 33, H: 1, K: 33, V: 3 }],
  ['K = 70', { B: 1, T: 20, H: 1, K: 70, V: 9 }],
  ['K = V = 1', { B: 1, T: 20, H: 3, K: 1, V: 1 }],
  ['one token of many values', { B: 1, T: 1, H: 2, K: 5, V: 39 }],
  ['one token of many values, no state', { B: 1, T: 1, H: 2, K: 6, V: 38, fresh: true }],
  ['one token, fixed, no state', { ...small, T: 1, gates: 'fixed', fresh: true }],
  ['no state', { ...small, T: 65, fresh: true }],
  ['no decay', { ...small, T: 100, gates: 'zero' }],
  ['gates e^-20', { ...small, T: 131, gates: 'strong' }],
  ['gates from e^-8 to e^-2', { ...small, T: 131, gates: 'strong-all' }],
  ['gates 1 - 1e-7', { ...small, T: 131, gates: 'weak' }],
];

describe.each(await testDevices(wasm))('scalarDecay on %s', (_, device) => {
  for (const { name, run } of oracleChecks(recurrence('mild'), cases, device)) it(name, run);

  it.each(['mild', 'fixed'] as const)('has the gradients of its inputs without that of %s gates', async (gates) => {
    const wanted = ['q', 'k', 'v', 'h0'];
    const compared = await compare(recurrence(gates), { ...small, T: 50, gates }, device, wanted);
    expect(compared.map((c) => c.name)).toEqual(expect.arrayContaining(['grad.q', 'grad.k', 'grad.v', 'grad.h0']));
    expect(failures(compared, device.float)).toEqual([]);
  });

  describe.each(['mild', 'fixed'] as const)('with %s gates', (gates) => {
    for (const { name, run } of recurrenceChecks(recurrence(gates), device)) it(name, run);

    // A constant decay is no token's own.
    const wanted = gates === 'fixed' ? ['q', 'k', 'v', 'h0'] : undefined;
    for (const { name, run } of packedChecks(recurrence(gates), device, wanted)) it(name, run);
  });

  it('has over ranges the gradient of a constant decay that it has of the same one at every token', async () => {
    const inputs = packed(decayInputs({ ...small, T: 37, gates: 'fixed' }), pairs(2, 20, 21, 22, 30, 70));
    const each = ({ g, ...ins }: Named) =>
      named(scalarDecayOp, attrs)({ ...ins, g: g.reshape([1, 1, 2]).broadcastTo([2, 37, 2]) });
    const compared = await conformance(scalarDecayOp, { name: '', attrs, inputs }, device, each);
    expect(compared.map((c) => c.name)).toContain('grad.g');
    expect(failures(compared, device.float)).toEqual([]);
  });

  it('has gradients of absent inputs and constant gates without elements', () => {
    const at = { device };
    const shape = [1, 3, 2, 4];
    const ins = [zeros(shape, at), zeros([1, 2, 4, 4], at), zeros(shape, at), zeros(shape, at), zeros(shape, at)];
    const of = (gates: boolean, g: number[]) =>
      apply(scalarDecayGradOp, [...ins, zeros(g, at), null, null], { ...attrs, gates }).map((d) => d.shape);
    expect(of(true, [1, 3, 2])).toEqual([shape, shape, shape, [1, 3, 2], [0]]);
    expect(of(false, [1, 3, 2])).toEqual([shape, shape, shape, [0], [0]]);
    expect(of(true, [2])).toEqual([shape, shape, shape, [2], [0]]);
  });
});

const checked: [string, DecayCase][] = [
  ['with everything', { B: 1, T: 9, H: 2, K: 3, V: 2 }],
  ['one token', { B: 2, T: 1, H: 1, K: 3, V: 2 }],
  ['RetNet', { B: 1, T: 9, H: 2, K: 3, V: 2, gates: 'fixed', fresh: true }],
];

const mild = recurrence('mild');
for (const { name, run } of [runsByKernels(mild, wasm), ...gradChecks(mild, checked)]) it(name, run);

describe('what it refuses', () => {
  const shapes = { q: [2, 3, 2, 4], k: [2, 3, 2, 4], v: [2, 3, 2, 5], g: [2, 3, 2], h0: [2, 2, 4, 5] };
  const make = withShapes(shapes, (q, k, v, g, h0) => scalarDecay(q, k, v, g, h0, attrs));
  it.each<[Record<string, number[]>, string]>([
    [
      { q: [2, 3, 8] },
      'scalarDecay: q [2,3,8] and v [2,3,2,5] are not [B,T,H,K] and [B,T,HV,V]; split the heads first.',
    ],
    [{ q: [2, 0, 2, 4] }, 'scalarDecay: q [2,0,2,4] holds no token; give at least one.'],
    [{ k: [2, 3, 2, 5] }, 'scalarDecay: k is [2,3,2,5] but q [2,3,2,4] asks for [2,3,2,4]; reshape one of them.'],
    [{ v: [2, 3, 4, 5] }, 'scalarDecay: v is [2,3,4,5] but q [2,3,2,4] asks for [2,3,2,5]; reshape one of them.'],
    [{ g: [2, 3] }, 'scalarDecay: g is [2,3] but q [2,3,2,4] asks for [2,3,2]; reshape one of them.'],
    [{ g: [3] }, 'scalarDecay: g is [3] but q [2,3,2,4] asks for [2]; reshape one of them.'],
    [
      { h0: [2, 2, 5, 4] },
      'scalarDecay: h0 is [2,2,5,4] but q [2,3,2,4] with v [2,3,2,5] asks for [2,2,4,5]; reshape one of them.',
    ],
  ])('%o', (changes, message) => {
    expect(make(changes)).toThrow(message);
  });
});
