// vectorDelta on every device: definition = kernel = oracle, and the properties of a recurrence. Its goldens are in golden/ops.test.ts.
import { apply, zeros } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { type Recurrence, recurrenceChecks } from '../checks.test-data.ts';
import { gradChecks, lengths, oracleChecks, runsByKernels, testDevices, withShapes } from '../op-checks.test-data.ts';
import { packedChecks } from '../packed-checks.test-data.ts';
import { type VectorCase, vectorDeltaInputs } from '../vector-cases.test-data.ts';
import { naive } from './naive.ts';
import { chunkwise, type VectorDeltaAttrs, vectorDelta, vectorDeltaGradOp, vectorDeltaOp } from './op.ts';

const small = { B: 2, H: 2, K: 7, V: 5 };
const attrs = { scale: 0.5 };

const recurrence: Recurrence<VectorDeltaAttrs, VectorCase> = {
  op: vectorDeltaOp,
  attrs,
  naive,
  inputs: vectorDeltaInputs,
  small: (T, fresh) => ({ ...small, T, fresh }),
  linearIn: 'v',
  chunkwise,
};

const cases: [string, VectorCase][] = [
  ...lengths([1, 2, 7, 15, 16, 17, 63, 64, 65, 100, 131, 257], small),
  ['K = V = 24', { B: 1, T: 70, H: 2, K: 24, V: 24 }],
  ['K < V, two value heads a key head', { B: 2, T: 37, H: 2, HV: 4, K: 9, V: 14 }],
  ['one head of many values', { B: 1, T: 37, H: 1, K: 8, V: 70 }],
  ['K > V', { B: 1, T: 33, H: 1, K: 33, V: 3 }],
  ['K = 70', { B: 1, T: 20, H: 1, K: 70, V: 9 }],
  ['K = V = 1', { B: 1, T: 20, H: 3, K: 1, V: 1 }],
  ['three value heads a key head', { B: 1, T: 21, H: 1, HV: 3, K: 4, V: 3 }],
  ['one token of many values', { B: 1, T: 1, H: 2, HV: 4, K: 5, V: 39 }],
  ['one token, two value heads a key head, no state', { B: 1, T: 1, H: 2, HV: 4, K: 6, V: 38, fresh: true }],
  ['no state', { ...small, T: 65, fresh: true }],
  ['no decay', { ...small, T: 100, gates: 'zero' }],
  ['correlated keys', { ...small, T: 131, keys: 'correlated' }],
  ['identical keys, beta to 2', { ...small, T: 70, keys: 'identical', reach: 2 }],
  ['correlated keys, beta to 2, no decay', { ...small, T: 131, keys: 'correlated', reach: 2, gates: 'zero' }],
  ['gates e^-20', { ...small, T: 131, gates: 'strong' }],
  ['gates from e^-8 to e^-2', { ...small, T: 131, gates: 'strong-all' }],
  ['gates e^-20 and 1 by turns', { ...small, T: 131, gates: 'channels' }],
  ['gates 1 - 1e-7', { ...small, T: 131, gates: 'weak' }],
];

describe.each(await testDevices(wasm))('vectorDelta on %s', (_, device) => {
  const checks = [...oracleChecks(recurrence, cases, device), ...recurrenceChecks(recurrence, device)];
  for (const { name, run } of [...checks, ...packedChecks(recurrence, device)]) it(name, run);

  it('has the gradient of an absent state without elements', () => {
    const at = { device };
    const shape = [1, 3, 2, 4];
    const ins = [zeros(shape, at), zeros([1, 2, 4, 4], at), ...[0, 1, 2, 3].map(() => zeros(shape, at))];
    const ds = apply(vectorDeltaGradOp, [...ins, zeros([1, 3, 2], at), null, null], attrs);
    expect(ds.map((d) => d.shape)).toEqual([shape, shape, shape, shape, [1, 3, 2], [0]]);
  });
});

const checked: [string, VectorCase][] = [
  ['with everything', { B: 1, T: 9, H: 2, HV: 4, K: 3, V: 2, reach: 2 }],
  ['more than one chunk', { B: 1, T: 19, H: 1, K: 2, V: 2 }],
  ['one token', { B: 2, T: 1, H: 1, K: 3, V: 2 }],
  ['no state', { B: 1, T: 9, H: 1, K: 3, V: 2, fresh: true }],
];

for (const { name, run } of [runsByKernels(recurrence, wasm), ...gradChecks(recurrence, checked)]) it(name, run);

describe('what it refuses', () => {
  const shapes = {
    q: [2, 3, 2, 4],
    k: [2, 3, 2, 4],
    v: [2, 3, 4, 5],
    g: [2, 3, 4, 4],
    beta: [2, 3, 4],
    h0: [2, 4, 4, 5],
  };
  const make = withShapes(shapes, (q, k, v, g, beta, h0) => vectorDelta(q, k, v, g, beta, h0, attrs));
  it.each<[Record<string, number[]>, string]>([
    [{ q: [2, 0, 2, 4] }, 'vectorDelta: q [2,0,2,4] holds no token; give at least one.'],
    [{ v: [2, 3, 3, 5] }, 'vectorDelta: 3 value heads cannot share 2 key heads evenly; use a multiple of 2.'],
    [{ k: [2, 3, 2, 5] }, 'vectorDelta: k is [2,3,2,5] but q [2,3,2,4] asks for [2,3,2,4]; reshape one of them.'],
    [
      { g: [2, 3, 4] },
      'vectorDelta: g is [2,3,4] but q [2,3,2,4] with v [2,3,4,5] asks for [2,3,4,4]; reshape one of them.',
    ],
    [{ beta: [2, 3] }, 'vectorDelta: beta is [2,3] but v [2,3,4,5] asks for [2,3,4]; reshape one of them.'],
    [
      { h0: [2, 4, 5, 4] },
      'vectorDelta: h0 is [2,4,5,4] but q [2,3,2,4] with v [2,3,4,5] asks for [2,4,4,5]; reshape one of them.',
    ],
  ])('%o', (changes, message) => {
    expect(make(changes)).toThrow(message);
  });
});
