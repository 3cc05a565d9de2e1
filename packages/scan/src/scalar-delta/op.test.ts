// scalarDelta on every device: definition = kernel = oracle, and the properties of a recurrence. Its goldens are in golden/ops.test.ts.
import { apply, cpu, type Device, scope, type Tensor, tensor, zeros } from '@twilljs/tensor';
import { conformance, deviation, failures, gradcheck, type Numbers, named, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { type DeltaCase, deltaInputs } from '../cases.ts';
import { kernels } from '../wasm.ts';
import { naive } from './naive.ts';
import { chunkwise, scalarDelta, scalarDeltaGradOp, scalarDeltaOp } from './op.ts';
import { scalarDeltaKernel, scratchBytes } from './wasm.ts';

const devices: [string, Device][] = [
  ['cpu', cpu({ poison: true })],
  ['cpu-f64', cpu({ float: 'f64' })],
  ['wasm plain', await wasm({ kernels, tier: 'plain', poison: true })],
  ['wasm relaxed', await wasm({ kernels, tier: 'relaxed', poison: true })],
];
const small = { B: 2, H: 2, K: 7, V: 5 };
const scale = 0.5;

type Inputs = Record<string, Numbers>;
type Run = ReturnType<typeof named>;

/** y and state on a device, as host numbers. */
async function outputs(inputs: Inputs, device: Device, run: Run = named(scalarDeltaOp, { scale })) {
  const { y, state } = scope(() => {
    const ins = Object.entries(inputs).map(([name, { data, shape }]) => [name, tensor(data, shape, { device })]);
    return { ...run(Object.fromEntries(ins)) };
  });
  return { y: await y.data(), state: await state.data() };
}

/** The same inputs with other numbers where `change` says so, which sees the index of the first axes. */
function changed(inputs: Inputs, names: readonly string[], change: (b: number, t: number) => boolean): Inputs {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, n]) => {
      if (!names.includes(name)) return [name, n];
      const [, T] = n.shape;
      const row = n.shape.slice(2).reduce((a, b) => a * b, 1);
      const other = noise(n.data.length, 99);
      const pick = (x: number, i: number) =>
        change(Math.floor(i / (row * T)), Math.floor(i / row) % T) ? 0.3 * other[i] : x;
      return [name, { ...n, data: Float64Array.from(n.data).map(pick) }];
    }),
  );
}

/** Tokens from..to of every input that has a time axis; h0 is left out. */
function part(inputs: Inputs, from: number, to: number): Inputs {
  const cut = ({ data, shape }: Numbers): Numbers => {
    const [B, T, ...rest] = shape;
    const row = rest.reduce((a, b) => a * b, 1);
    const all = Float64Array.from(data);
    const kept = Array.from({ length: B }, (_, b) => [...all.subarray((b * T + from) * row, (b * T + to) * row)]);
    return { shape: [B, to - from, ...rest], data: kept.flat() };
  };
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => name !== 'h0')
      .map(([name, n]) => [name, cut(n)]),
  );
}

const cases: [string, DeltaCase][] = [
  ...[1, 2, 7, 15, 16, 17, 63, 64, 65, 100, 131, 257].map((T): [string, DeltaCase] => [`T = ${T}`, { ...small, T }]),
  ['K = V = 24', { B: 1, T: 70, H: 2, K: 24, V: 24 }],
  ['K < V, two value heads a key head', { B: 2, T: 37, H: 2, HV: 4, K: 9, V: 14 }],
  ['three value heads a key head, no gate', { B: 1, T: 21, H: 1, HV: 3, K: 4, V: 3, gates: 'none' }],
  ['K > V', { B: 1, T: 33, H: 1, K: 33, V: 3 }],
  ['K = V = 1', { B: 1, T: 20, H: 3, K: 1, V: 1 }],
  ['one token of many values', { B: 1, T: 1, H: 2, HV: 4, K: 5, V: 39 }],
  ['one token of many values, no state', { B: 1, T: 1, H: 2, K: 6, V: 38, fresh: true }],
  ['one token, no gate, no state', { ...small, T: 1, gates: 'none', fresh: true }],
  ['no gate', { ...small, T: 100, gates: 'none' }],
  ['no gate, no state', { ...small, T: 65, gates: 'none', fresh: true }],
  ['no state', { ...small, T: 65, fresh: true }],
  ['correlated keys', { ...small, T: 131, keys: 'correlated' }],
  ['identical keys, beta to 2', { ...small, T: 70, keys: 'identical', reach: 2 }],
  ['correlated keys, beta to 2, no gate', { ...small, T: 131, keys: 'correlated', reach: 2, gates: 'none' }],
  ['gates e^-20', { ...small, T: 131, gates: 'strong' }],
  ['gates 1 - 1e-7', { ...small, T: 131, gates: 'weak' }],
];

describe.each(devices)('scalarDelta on %s', (_, device) => {
  it.each(cases)('equals the recurrence and its gradients: %s', async (name, at) => {
    const oracle = (ins: Readonly<Record<string, Tensor>>) => ({ ...naive(ins, { scale }) });
    const compared = await conformance(
      scalarDeltaOp,
      { name, attrs: { scale }, inputs: deltaInputs(at) },
      device,
      oracle,
    );
    expect(failures(compared, device.float)).toEqual([]);
  });

  it('continues from the state of any split', async () => {
    const inputs = deltaInputs({ ...small, T: 81 });
    const whole = await outputs(inputs, device);
    for (const t of [1, 2, 15, 16, 40, 64, 80]) {
      const head = await outputs({ ...part(inputs, 0, t), h0: inputs.h0 }, device);
      const h0 = { shape: inputs.h0.shape, data: head.state };
      const tail = await outputs({ ...part(inputs, t, 81), h0 }, device);
      const row = small.H * small.V;
      const y = Array.from({ length: small.B }, (_, b) => [
        ...head.y.slice(b * t * row, (b + 1) * t * row),
        ...tail.y.slice(b * (81 - t) * row, (b + 1) * (81 - t) * row),
      ]).flat();
      expect(deviation(y, whole.y).error).toBeLessThan(1e-5);
      expect(deviation(tail.state, whole.state).error).toBeLessThan(1e-5);
    }
  });

  it('never lets a later token change an earlier output, to the last bit', async () => {
    const inputs = deltaInputs({ ...small, T: 90 });
    const before = await outputs(inputs, device);
    for (const t of [1, 17, 64, 89]) {
      const after = await outputs(
        changed(inputs, ['q', 'k', 'v', 'g', 'beta'], (_, at) => at >= t),
        device,
      );
      const row = small.H * small.V;
      for (let b = 0; b < small.B; b++) {
        const range = [b * 90 * row, (b * 90 + t) * row] as const;
        expect(after.y.slice(...range)).toEqual(before.y.slice(...range));
        expect(after.y.slice(range[1], range[1] + row)).not.toEqual(before.y.slice(range[1], range[1] + row));
      }
    }
  });

  it('never lets a row of the batch change another, to the last bit', async () => {
    const inputs = deltaInputs({ ...small, T: 70 });
    const before = await outputs(inputs, device);
    const after = await outputs(
      changed(inputs, ['q', 'k', 'v', 'g', 'beta'], (b) => b === 0),
      device,
    );
    for (const name of ['y', 'state'] as const) {
      const half = before[name].length / 2;
      expect(after[name].slice(half)).toEqual(before[name].slice(half));
      expect(after[name].slice(0, half)).not.toEqual(before[name].slice(0, half));
    }
  });

  it('is linear in v while the state starts at zero', async () => {
    const inputs = deltaInputs({ ...small, T: 70, fresh: true });
    const other = { ...inputs.v, data: noise(inputs.v.data.length, 50) };
    const sum = { ...inputs.v, data: other.data.map((x, i) => 2 * x + inputs.v.data[i]) };
    const [one, two, both] = [
      await outputs(inputs, device),
      await outputs({ ...inputs, v: other }, device),
      await outputs({ ...inputs, v: sum }, device),
    ];
    for (const name of ['y', 'state'] as const) {
      const expected = Float64Array.from(one[name]).map((x, i) => x + 2 * two[name][i]);
      expect(deviation(both[name], expected).error).toBeLessThan(1e-5);
    }
  });

  it('does not depend on the chunk', async () => {
    const inputs = deltaInputs({ ...small, T: 100, reach: 2 });
    const whole = await outputs(inputs, device);
    for (const C of [1, 5, 16, 32, 100, 128]) {
      const run = ({ q, k, v, g, beta, h0 }: Readonly<Record<string, Tensor>>) => {
        const [y, state] = chunkwise([q, k, v, g, beta, h0], { scale }, C);
        return { y, state };
      };
      const other = await outputs(inputs, device, run);
      expect(deviation(other.y, whole.y).error).toBeLessThan(1e-5);
      expect(deviation(other.state, whole.state).error).toBeLessThan(1e-5);
    }
  });

  it('has gradients of absent inputs without elements', () => {
    const at = { device };
    const shape = [1, 3, 2, 4];
    const ins = [zeros(shape, at), zeros([1, 2, 4, 4], at), zeros(shape, at), zeros(shape, at), zeros(shape, at)];
    const ds = apply(scalarDeltaGradOp, [...ins, null, zeros([1, 3, 2], at), null], { scale });
    expect(ds.map((d) => d.shape)).toEqual([shape, shape, shape, [0], [1, 3, 2], [0]]);
  });
});

const checked: [string, DeltaCase][] = [
  ['with everything', { B: 1, T: 9, H: 2, HV: 4, K: 3, V: 2, reach: 2 }],
  ['one token', { B: 2, T: 1, H: 1, K: 3, V: 2 }],
  ['DeltaNet', { B: 1, T: 9, H: 1, K: 3, V: 2, gates: 'none', fresh: true }],
];

it('runs by its kernels on wasm, in the scratch that these count on', async () => {
  const device = devices[2][1];
  await outputs(deltaInputs({ ...small, T: 20 }), device);
  expect([...device.fallbacks.keys()]).toEqual([]);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const bytes = Uint8Array.from(atob(scalarDeltaKernel.module.plain), (c) => c.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const exports = instance.exports as Record<string, (...sizes: number[]) => number>;
  for (const [K, V] of [
    [1, 1],
    [7, 5],
    [24, 24],
    [128, 256],
  ]) {
    expect(scratchBytes(K, V).forward).toBe(exports.forwardScratch(K, V));
    for (const T of [1, 16, 17, 4096]) expect(scratchBytes(K, V).backward(T)).toBe(exports.backwardScratch(T, K, V));
  }
});

it.each(checked)('gradcheck %s', async (_, at) => {
  const inputs = deltaInputs(at);
  const names = Object.keys(inputs);
  const run = (ts: Tensor[]) =>
    Object.values(named(scalarDeltaOp, { scale })(Object.fromEntries(ts.map((t, i) => [names[i], t]))));
  const list = Object.values(inputs).map(({ data, shape }) => ({ values: data, shape }));
  expect(await gradcheck(run, list)).toBeLessThan(1e-7);
});

describe('what it refuses', () => {
  const make = (changes: Partial<Record<string, number[]>>) => {
    const shapes = {
      q: [2, 3, 2, 4],
      k: [2, 3, 2, 4],
      v: [2, 3, 4, 5],
      g: [2, 3, 4],
      beta: [2, 3, 4],
      h0: [2, 4, 4, 5],
    };
    const [q, k, v, g, beta, h0] = Object.values({ ...shapes, ...changes }).map((shape) => zeros(shape!));
    return () => scalarDelta(q, k, v, g, beta, h0, { scale });
  };
  it.each<[Partial<Record<string, number[]>>, string]>([
    [
      { q: [2, 3, 8] },
      'scalarDelta: q [2,3,8] and v [2,3,4,5] are not [B,T,H,K] and [B,T,HV,V]; split the heads first.',
    ],
    [{ q: [2, 0, 2, 4] }, 'scalarDelta: q [2,0,2,4] holds no token; give at least one.'],
    [{ v: [2, 3, 3, 5] }, 'scalarDelta: 3 value heads cannot share 2 key heads evenly; use a multiple of 2.'],
    [{ k: [2, 3, 2, 5] }, 'scalarDelta: k is [2,3,2,5] but q [2,3,2,4] asks for [2,3,2,4]; reshape one of them.'],
    [{ v: [2, 4, 4, 5] }, 'scalarDelta: v is [2,4,4,5] but q [2,3,2,4] asks for [2,3,4,5]; reshape one of them.'],
    [{ g: [2, 3, 2] }, 'scalarDelta: g is [2,3,2] but v [2,3,4,5] asks for [2,3,4]; reshape one of them.'],
    [{ beta: [2, 3] }, 'scalarDelta: beta is [2,3] but v [2,3,4,5] asks for [2,3,4]; reshape one of them.'],
    [
      { h0: [2, 4, 5, 4] },
      'scalarDelta: h0 is [2,4,5,4] but q [2,3,2,4] with v [2,3,4,5] asks for [2,4,4,5]; reshape one of them.',
    ],
  ])('%o', (changes, message) => {
    expect(make(changes)).toThrow(message);
  });
});
