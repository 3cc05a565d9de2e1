// Softmax attention on every device: goldens, kernel = definition = oracle, and what a query must not see.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernels as nn } from '@twilljs/nn/wasm';
import { type Golden, readGolden } from '@twilljs/parity';
import { apply, concat, cpu, type Device, full, type Tensor, tensor, zeros } from '@twilljs/tensor';
import {
  conformance,
  deviation,
  failures,
  gradcheck,
  type Numbers,
  named,
  noise,
  replay,
  tolerances,
} from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { bytesOf } from '@twilljs/wasm/testing';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { module } from './gen/attention.gen.ts';
import { attentionGradOp, attentionOp, scaledDotProductAttention } from './op.ts';
import { recurrence } from './recurrence.ts';
import { kernels as own } from './wasm.ts';
import { kernels as webgpu } from './webgpu.ts';

const kernels = [...nn, ...own];
const folder = fileURLToPath(new URL('../../../golden/ops', import.meta.url));
const goldens = readdirSync(folder)
  .filter((file) => file.startsWith('attention--'))
  .map((file): [string, Golden] => [file, readGolden(readFileSync(join(folder, file)), file)]);

const fast: [string, Device][] = [
  ['wasm plain', await wasm({ kernels, tier: 'plain', poison: true })],
  ['wasm relaxed', await wasm({ kernels, tier: 'relaxed', poison: true })],
  ['wasm wide', await wasm({ kernels, tier: 'wide', poison: true })],
];
const card: [string, Device][] = await webgpuDevices({ kernels: webgpu });
const devices: [string, Device][] = [
  ['cpu', cpu({ poison: true })],
  ['cpu-f64', cpu({ float: 'f64' })],
  ...fast,
  ...card,
];

interface At {
  readonly B?: number;
  readonly T: number;
  /** Default: T. */
  readonly S?: number;
  readonly H?: number;
  /** Default: H. */
  readonly HKV?: number;
  readonly D?: number;
  /** Value size. Default: D. */
  readonly V?: number;
  readonly window?: number;
  /** Factor of the queries: how sharp the weights are. */
  readonly sharp?: number;
}

function inputsOf({ B = 2, T, S = T, H = 2, HKV = H, D = 6, V = D, sharp = 3 }: At): Record<string, Numbers> {
  const make = (seed: number, factor: number, ...shape: number[]) => ({
    shape,
    data: noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ).map((x) => factor * x),
  });
  return { q: make(1, sharp, B, T, H, D), k: make(2, 1, B, S, HKV, D), v: make(3, 1, B, S, HKV, V) };
}

const attrsOf = ({ D = 6, window }: At) => ({ scale: D ** -0.5, window: window ?? null });

/** y of the case on a device. */
async function output(inputs: Record<string, Numbers>, at: At, device: Device) {
  const [q, k, v] = Object.values(inputs).map(({ data, shape }) => tensor(data, shape, { device }));
  return scaledDotProductAttention(q, k, v, attrsOf(at)).data();
}

/** The same numbers but for those of which `change` knows row and token. */
function changed(inputs: Record<string, Numbers>, change: (b: number, t: number) => boolean): Record<string, Numbers> {
  const other = ({ shape, data }: Numbers): Numbers => {
    const [, T, H, D] = shape;
    const pick = (x: number, i: number) => (change(Math.floor(i / (T * H * D)), Math.floor(i / (H * D)) % T) ? -x : x);
    return { shape, data: Float64Array.from(data).map(pick) };
  };
  return Object.fromEntries(Object.entries(inputs).map(([name, n]) => [name, other(n)]));
}

const lengths = [1, 2, 7, 63, 64, 65, 100, 131, 257];
const cases: [string, At][] = [
  ...lengths.map((T): [string, At] => [`T = ${T}`, { T }]),
  ...lengths.flatMap((T) =>
    [1, 5, 33].map((window): [string, At] => [`T = ${T}, window ${window}`, { T, window, B: 1 }]),
  ),
  ['grouped queries', { T: 70, H: 6, HKV: 2, D: 12 }],
  ['one key/value head, window', { T: 45, H: 3, HKV: 1, D: 10, window: 9 }],
  ['one number a head', { T: 40, H: 1, D: 1 }],
  ['one key and value number of two heads', { B: 1, T: 9, H: 2, D: 1, window: 4 }],
  ['heads of 24', { T: 66, D: 24 }],
  ['heads of 33, values of 3', { T: 50, D: 33, V: 3 }],
  ['heads of 3, values of 17', { T: 50, D: 3, V: 17 }],
  ['heads of 64', { B: 1, T: 40, H: 1, D: 64 }],
  ['queries at the end', { T: 3, S: 60, H: 4, HKV: 2 }],
  ['queries at the end, window', { T: 35, S: 91, window: 20 }],
  ['queries at the end, window of 1', { T: 6, S: 50, window: 1 }],
  ['queries at the end, window beyond all', { T: 6, S: 50, window: 500 }],
  ['one query', { T: 1, S: 133, H: 4, HKV: 2 }],
  ['one query, window', { T: 1, S: 133, window: 33, V: 5 }],
  ['one query of many keys', { T: 1, S: 700, H: 4, HKV: 2, V: 70 }],
  ['heads of 130, values of 70', { B: 1, T: 40, H: 2, HKV: 1, D: 130, V: 70 }],
  ['heads of 5, values of 256', { B: 1, T: 35, H: 1, D: 5, V: 256 }],
  ['no query', { T: 0, S: 5 }],
  ['sharp weights', { T: 131, sharp: 60 }],
];

describe.each(devices)('attention on %s', (_, device) => {
  it.each(goldens)('%s', async (_, golden) => {
    const compared = await replay(named(attentionOp, golden.attrs as never), golden, device);
    const bound = { ...tolerances[device.float], ...(device.float === 'f32' && golden.tolerance) };
    expect(compared.length).toBe(4);
    expect(failures(compared, device.float, bound)).toEqual([]);
  });

  it.each(cases)('equals its definition: %s', async (name, at) => {
    const compared = await conformance(attentionOp, { name, attrs: attrsOf(at), inputs: inputsOf(at) }, device);
    expect(failures(compared, device.float)).toEqual([]);
  });

  it.each([null, 1, 5, 33])('equals the loop over tokens, window %s', async (window) => {
    const at = { T: 70, H: 4, HKV: 2, D: 6, ...(window && { window }) };
    const attrs = attrsOf(at);
    const share = (x: Tensor) => concat([x.slice(2, 0, 1), x.slice(2, 0, 1), x.slice(2, 1, 2), x.slice(2, 1, 2)], 2); // [B,T,H,D]
    const oracle = ({ q, k, v }: Readonly<Record<string, Tensor>>) => {
      const { o, lse } = recurrence(q.mul(attrs.scale), share(k), share(v), window);
      return { y: o, lse };
    };
    const compared = await conformance(attentionOp, { name: '', attrs, inputs: inputsOf(at) }, device, oracle);
    expect(failures(compared, device.float)).toEqual([]);
  });

  it.each([undefined, 9])(
    'never lets a later token change an earlier output, to the last bit, window %s',
    async (window) => {
      const at = { T: 90, ...(window && { window }) };
      const inputs = inputsOf(at);
      const before = await output(inputs, at, device);
      const row = 2 * 6;
      for (const t of [1, 17, 32, 64, 89]) {
        const after = await output(
          changed(inputs, (_, s) => s >= t),
          at,
          device,
        );
        for (let b = 0; b < 2; b++) {
          const [start, end] = [b * 90 * row, (b * 90 + t) * row];
          expect(after.slice(start, end)).toEqual(before.slice(start, end));
          expect(after.slice(end, end + row)).not.toEqual(before.slice(end, end + row));
        }
      }
    },
  );

  it('never lets a token change outputs that its window does not reach, to the last bit', async () => {
    const at = { T: 90, window: 9 };
    const inputs = inputsOf(at);
    const before = await output(inputs, at, device);
    const after = await output(
      changed(inputs, (_, s) => s < 50),
      at,
      device,
    );
    const row = 2 * 6;
    expect(after.slice(58 * row, 90 * row)).toEqual(before.slice(58 * row, 90 * row));
    expect(after.slice(57 * row, 58 * row)).not.toEqual(before.slice(57 * row, 58 * row));
  });

  it('never lets a row of the batch change another, to the last bit', async () => {
    const at = { T: 70, H: 4, HKV: 2 };
    const inputs = inputsOf(at);
    const before = await output(inputs, at, device);
    const after = await output(
      changed(inputs, (b) => b === 0),
      at,
      device,
    );
    const half = before.length / 2;
    expect(after.slice(half)).toEqual(before.slice(half));
    expect(after.slice(0, half)).not.toEqual(before.slice(0, half));
  });
});

describe.each(fast)('kernels on %s', (_, device) => {
  it('give a token the same bits alone and in a sequence', async () => {
    // The rows of heads of 300 are so long that a single query reads them in several tiles.
    for (const [D, V, HKV, window] of [
      [10, 7, 2],
      [10, 7, 2, 20],
      [300, 7, 2],
      [300, 8, 1],
      [10, 6, 1],
    ]) {
      const at = { B: 1, T: 77, H: 4, HKV, D, V, ...(window && { window }) };
      const inputs = inputsOf(at);
      const whole = await output(inputs, at, device);
      const [q, k, v] = Object.values(inputs).map(({ data, shape }) => tensor(data, shape, { device }));
      for (const [from, to] of [
        [0, 1],
        [1, 2],
        [7, 12],
        [31, 32],
        [40, 77],
        [76, 77],
      ]) {
        const part = scaledDotProductAttention(q.slice(1, from, to), k.slice(1, 0, to), v.slice(1, 0, to), attrsOf(at));
        expect(await part.data()).toEqual(whole.slice(from * 4 * V, to * 4 * V));
      }
    }
  });

  afterAll(() => expect([...device.fallbacks.keys()]).toEqual([]));
});

describe.each([...fast, ...card])('at the ends of the numbers, kernels on %s', (_, device) => {
  const attrs = { scale: 1, window: null };

  it('give zeros for scores of -Infinity throughout, and zeros as gradients', async () => {
    for (const T of [1, 5]) {
      const [q, k] = [1e30, -1e30].map((x) => tensor(new Float32Array(T * 2).fill(x), [1, T, 1, 2], { device }));
      const given = [q, k, k, null, null, null, null];
      const [y, lse] = apply(attentionOp, given, attrs);
      expect(await y.data()).toEqual(new Float32Array(T * 2));
      expect(await lse.data()).toEqual(new Float32Array(T).fill(Number.NEGATIVE_INFINITY));
      const slopes = [y.shape, lse.shape].map((shape) => full(shape, 1, { device }));
      for (const x of apply(attentionGradOp, [...slopes, ...given, y, lse], attrs))
        expect((await x.data()).every((number) => number === 0)).toBe(true);
    }
  });

  it('give NaN for a query that is NaN, also to the key and the value that it saw', async () => {
    for (const T of [1, 5]) {
      const x = tensor(Float32Array.from(noise(T, 4)), [1, T, 1, 1], { device });
      const q = tensor(Float32Array.of(Number.NaN, ...noise(T - 1, 5)), [1, T, 1, 1], { device });
      const given = [q, x, x, null, null, null, null];
      const [y, lse] = apply(attentionOp, given, attrs);
      const slopes = [y.shape, lse.shape].map((shape) => full(shape, 1, { device }));
      const gradients = apply(attentionGradOp, [...slopes, ...given, y, lse], attrs);
      for (const t of [y, lse, ...gradients.slice(0, 3)]) expect((await t.data())[0]).toBeNaN();
    }
  });

  it('take the one key whose score is far above all others', async () => {
    const T = 40;
    // The score of a query's own key is its square, up to 2e4, and by 125 at least the largest.
    const places = Float32Array.from({ length: T }, (_, t) => 50 + 2.5 * t);
    const [q, v, dy] = [places, noise(T, 2), noise(T, 3)].map((x) =>
      tensor(Float32Array.from(x), [1, T, 1, 1], { device }),
    );
    const given = [q, q, v, null, null, null, null];
    const [y, lse] = apply(attentionOp, given, attrs);
    const own = await v.data();
    expect(await y.data()).toEqual(own);
    const dlse = full([1, T, 1], 0, { device });
    const [dq, dk, dv] = apply(attentionGradOp, [dy, dlse, ...given, y, lse], attrs);
    for (const x of [dq, dk]) expect(deviation(await x.data(), new Float32Array(T)).error).toBeLessThan(1e-3);
    // The logarithm of the sums has no more than four digits behind the point.
    expect(deviation(await dv.data(), await dy.data()).error).toBeLessThan(2e-3);
  });
});

describe('scratch of the kernels', async () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const code = await bytesOf(module.plain);
  const { exports: formulas } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
  const bytes = (shape: number[], window: number | null) => {
    const ins = Array.from({ length: 3 }, () => ({ shape, dtype: 'f32' as const }));
    const plan = kernels.find(({ op }) => op === 'attention')!.plan(ins, { scale: 1, window }, formulas);
    return plan as { own: number; shared: number };
  };

  it('is a block of scores for a worker, and for all keys and values once more', () => {
    const [worker, all] = [4 * 48 * (64 + 112 + 2 * 64 + 14) + 1024, 2 * 4 * 2 * 64 * 4224];
    for (const window of [100, null]) {
      expect(bytes([1, 4096, 2, 64], window).own).toBeLessThan(worker);
      expect(bytes([1, 4096, 2, 64], window).shared).toBeLessThanOrEqual(all);
    }
  });

  it('is counted beyond what 32 bits hold, so that the device refuses it', () => {
    expect(bytes([1, 2 ** 27, 1, 16], 1).shared).toBeGreaterThan(2 ** 32);
  });
});

const checked: [string, At][] = [
  ['grouped queries', { B: 1, T: 6, H: 4, HKV: 2, D: 3, V: 2 }],
  ['window', { B: 2, T: 7, D: 3, window: 3 }],
  ['one query', { B: 1, T: 1, S: 5, D: 3 }],
  ['queries at the end', { B: 1, T: 3, S: 6, D: 3, window: 2 }],
];

it.each(checked)('gradcheck: %s', async (_, at) => {
  const list = Object.values(inputsOf(at)).map(({ data, shape }) => ({ values: data, shape }));
  const run = ([q, k, v]: Tensor[]) => [scaledDotProductAttention(q, k, v, attrsOf(at))];
  expect(await gradcheck(run, list)).toBeLessThan(1e-7);
});

it('a window as long as the sequence is none', async () => {
  for (const [, device] of devices) {
    const at = { T: 40 };
    const inputs = inputsOf(at);
    const none = await output(inputs, at, device);
    for (const window of [40, 41, 1e9]) {
      expect(deviation(await output(inputs, { ...at, window }, device), none).error).toBe(0);
    }
  }
});

describe('what it refuses', () => {
  const make = (changes: Partial<Record<'q' | 'k' | 'v', number[]>>, window: number | null = null) => {
    const shapes = { q: [2, 3, 4, 8], k: [2, 3, 2, 8], v: [2, 3, 2, 5], ...changes };
    return () => scaledDotProductAttention(zeros(shapes.q), zeros(shapes.k), zeros(shapes.v), { scale: 1, window });
  };
  const fit = 'are not [B,T,H,D], [B,S,HKV,D] and [B,S,HKV,D]; reshape them.';
  it.each<[Partial<Record<'q' | 'k' | 'v', number[]>>, string]>([
    [{ q: [2, 3, 32] }, `attention: q [2,3,32], k [2,3,2,8] and v [2,3,2,5] ${fit}`],
    [{ k: [1, 3, 2, 8] }, `attention: q [2,3,4,8], k [1,3,2,8] and v [2,3,2,5] ${fit}`],
    [{ k: [2, 3, 2, 7] }, `attention: q [2,3,4,8], k [2,3,2,7] and v [2,3,2,5] ${fit}`],
    [{ v: [2, 4, 2, 5] }, `attention: q [2,3,4,8], k [2,3,2,8] and v [2,4,2,5] ${fit}`],
    [{ q: [2, 3, 3, 8] }, 'attention: 2 key/value heads do not divide 3 heads; choose a divisor.'],
    [{ q: [2, 5, 4, 8] }, 'attention: 5 queries but only 3 keys; every query needs its own key.'],
  ])('%o', (changes, message) => {
    expect(make(changes)).toThrow(message);
  });
  it.each([0, -1, 2.5, Number.NaN])('a window of %s', (window) => {
    const message = `attention: a window of ${window} keys has no place for the query's own; give 1 or more, or null.`;
    expect(make({}, window)).toThrow(message);
  });
});
