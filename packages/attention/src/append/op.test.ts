// append on every device: rings of rows against plain arrays, its gradient, and where a recording writes.
import {
  apply,
  assign,
  compile,
  cpu,
  type Device,
  empty,
  keep,
  scope,
  type Tensor,
  tensor,
  write,
  zeros,
} from '@twilljs/tensor';
import { evaluate, gradcheck, type Numbers, named, noise, prepare } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { kernels } from '../wasm.ts';
import { kernels as webgpu } from '../webgpu.ts';
import { append, appendGradOp, appendOp } from './op.ts';

const fast = [
  await wasm({ kernels, poison: true }),
  await wasm({ kernels, tier: 'plain', poison: true }),
  ...(await webgpuDevices({ kernels: webgpu })).map(([, device]) => device),
];
const devices: [string, Device][] = [
  ['cpu', cpu({ poison: true })],
  ['cpu-f64', cpu({ float: 'f64' })],
  ...fast.map((device): [string, Device] => [device.label, device]),
];

interface At {
  readonly B: number;
  readonly T: number;
  readonly C: number;
  readonly rest?: readonly number[];
  readonly positions: readonly number[];
  readonly ranges?: readonly number[];
}

const floats = (seed: number, ...shape: number[]): Numbers => ({
  shape,
  data: noise(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ).map(Math.fround),
});
const ids = (list: readonly number[], ...shape: number[]): Numbers => ({
  shape,
  data: Int32Array.from(list),
  dtype: 'i32',
});

function inputsOf({ B, T, C, rest = [3], positions, ranges }: At): Record<string, Numbers> {
  const n = positions.length;
  return {
    ...{ buffer: floats(1, n, C, ...rest), x: floats(2, B, T, ...rest), position: ids(positions, n) },
    ...(ranges && { ranges: ids(ranges, n, 2) }),
  };
}

/** For every row of the rings, the token that is written there last, by plain bookkeeping; -1 for none. */
function writers({ B, T, C, positions, ranges }: At): number[] {
  const rows = new Array<number>(positions.length * C).fill(-1);
  positions.forEach((had, i) => {
    const [begin, end] = ranges ? ranges.slice(2 * i) : [i * T, Math.min(i + 1, B) * T];
    for (let p = begin; p < end && C > 0; p++) rows[i * C + ((had + p - begin) % C)] = p;
  });
  return rows;
}

const cases: [string, At][] = [
  ['a token each, at positions of their own', { B: 3, T: 1, C: 4, positions: [0, 3, 9] }],
  ['several, around the end of the ring', { B: 3, T: 3, C: 4, positions: [0, 3, 2], rest: [2, 5] }],
  ['as many as there are rows', { B: 2, T: 4, C: 4, positions: [0, 7] }],
  ['more than there are rows', { B: 2, T: 11, C: 4, positions: [2, 7] }],
  ['a ring of one row', { B: 2, T: 3, C: 1, positions: [0, 5] }],
  ['no token', { B: 2, T: 0, C: 3, positions: [0, 5] }],
  ['long rows', { B: 2, T: 2, C: 3, positions: [1, 2], rest: [150, 2] }],
  ['single numbers', { B: 2, T: 2, C: 3, positions: [1, 2], rest: [] }],
  ['the largest position', { B: 1, T: 2, C: 4, positions: [2 ** 31 - 1] }],
  ['ranges', { B: 2, T: 9, C: 4, positions: [5, 1, 3, 2], ranges: [1, 2, 3, 3, 4, 12, 12, 14] }],
];

describe.each(devices)('append on %s', (_, device) => {
  it.each(cases)('puts %s, and takes their gradients back, eager and replayed', async (_, at) => {
    const { wanted, ...prepared } = prepare(appendOp, { name: '', attrs: null, inputs: inputsOf(at) });
    const { buffer, x } = prepared.inputs;
    const dy = prepared.cotangents.y.data;
    const row = (at.rest ?? [3]).reduce((a, b) => a * b, 1);
    const [y, dbuffer, dx] = [Float64Array.from(buffer.data), Float64Array.from(dy), new Float64Array(x.data.length)];
    writers(at).forEach((p, r) => {
      if (p < 0) return;
      for (let c = 0; c < row; c++) {
        y[r * row + c] = x.data[p * row + c];
        dx[p * row + c] = dy[r * row + c];
        dbuffer[r * row + c] = 0;
      }
    });
    for (const recorded of [false, true]) {
      const ours = await evaluate(named(appendOp, null), prepared, wanted, device, recorded);
      expect(Float64Array.from(ours.outputs.y.data)).toEqual(y);
      expect(Float64Array.from(ours.gradients.buffer.data)).toEqual(dbuffer);
      expect(Float64Array.from(ours.gradients.x.data)).toEqual(dx);
    }
  });

  it('writes into the ring where it lies when a recording stores it there, and nothing else', async () => {
    const [n, C, row] = [2, 5, 40];
    const make = () => keep(tensor(floats(1, n, C, row).data, [n, C, row], { device }));
    const [ring, plain] = [make(), make()];
    const x = keep(zeros([n, 1, row], { device }));
    const position = keep(zeros([n], { device, dtype: 'i32' }));
    const step = compile(device, () => void assign(ring, append(ring, x, position)));
    for (let t = 0; t < 12; t++) {
      write(position, Int32Array.of(t, 2 * t));
      write(
        x,
        device.float === 'f64'
          ? Float64Array.from(floats(t, n * row).data)
          : Float32Array.from(floats(t, n * row).data),
      );
      scope(() => step());
      scope(() => void assign(plain, append(plain, x, position)));
      expect(await ring.data()).toEqual(await plain.data());
    }
    const { ops, workspaceBytes } = step.inspect();
    expect(ops.map(({ op }) => op)).toEqual(['append']);
    expect(workspaceBytes).toBeLessThanOrEqual(256); // the least that there is
  });
});

it('gradcheck', async () => {
  const { buffer, x, position, ranges } = inputsOf({
    B: 2,
    T: 4,
    C: 2,
    positions: [3, 0, 1],
    ranges: [0, 1, 2, 6, 7, 8],
  });
  const run = ([buffer, x]: Tensor[]) => {
    const i32 = ({ data, shape }: Numbers) => tensor(data, shape, { device: x.device, dtype: 'i32' });
    return [append(buffer, x, i32(position), i32(ranges))];
  };
  const list = [buffer, x].map(({ data, shape }) => ({ values: data, shape }));
  expect(await gradcheck(run, list)).toBeLessThan(1e-7);
});

describe.each(fast.map((device) => [device.label, device] as const))('the kernels on %s', (_, device) => {
  it('are safe for ranges and positions that cannot be', async () => {
    const wild = [-(2 ** 31), 2 ** 31 - 1, -1, 5, 3, 40, 18, 0];
    const unknown = (list: readonly number[], ...shape: number[]) => {
      const ids = empty(shape, device, 'i32'); // the host does not know what it holds
      device.write(ids.buffer, Int32Array.from(list));
      return ids;
    };
    for (let i = 0; i < 64; i++) {
      const pick = (_: unknown, j: number) => wild[(i * (j + 1) + j) % wild.length];
      const before = tensor(new Float32Array(64).fill(7), [64], { device });
      const [buffer, x] = [zeros([3, 4, 5], { device }), zeros([2, 9, 5], { device })];
      const after = tensor(new Float32Array(64).fill(7), [64], { device });
      const at = [unknown(Array.from({ length: 3 }, pick), 3), unknown(Array.from({ length: 6 }, pick), 3, 2)];
      const [y] = apply(appendOp, [buffer, x, ...at], null);
      const grads = apply(appendGradOp, [buffer, ...at], { B: 2, T: 9 });
      for (const t of [y, ...grads]) expect((await t.data()).every((v) => v === 0 || Number.isNaN(v))).toBe(true);
      for (const t of [before, after]) expect(await t.data()).toEqual(new Float32Array(64).fill(7));
    }
  });

  afterAll(() => expect([...device.fallbacks.keys()]).toEqual([]));
});

describe('what it refuses', () => {
  const i32 = (list: number[], ...shape: number[]) => tensor(Int32Array.from(list), shape);
  const at = i32([0, 0], 2);
  const fit = 'are not [n,C,...], [B,T,...] and [n], n=B without ranges; reshape them.';
  it.each<[string, () => unknown, string]>([
    [
      'rings of other rows',
      () => append(zeros([2, 4, 3]), zeros([2, 1, 4]), at),
      `buffer [2,4,3], x [2,1,4] and position [2] ${fit}`,
    ],
    ['of other sequences', () => append(zeros([2, 4, 3]), zeros([1, 1, 3]), at), `x [1,1,3] and position [2] ${fit}`],
    ['of no rows', () => append(zeros([2]), zeros([2]), at), `buffer [2], x [2] and position [2] ${fit}`],
    ['positions of others', () => append(zeros([1, 4, 3]), zeros([1, 1, 3]), at), `position [2] ${fit}`],
    ['ranges of others', () => append(zeros([2, 4]), zeros([2, 3]), at, i32([0, 6], 1, 2)), `buffer [2,4], x [2,3]`],
    [
      'a range outside',
      () => append(zeros([2, 4]), zeros([2, 3]), at, i32([0, 2, 3, 7], 2, 2)),
      'range 7 lies outside 7',
    ],
    [
      'a position below 0',
      () => append(zeros([1, 4]), zeros([1, 3]), i32([-1], 1)),
      'position -1 lies outside 2147483648',
    ],
    [
      'positions that are floats',
      () => append(zeros([1, 4]), zeros([1, 3]), zeros([1])),
      'holds f32 where i32 ids belong',
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow('append: ');
    expect(run).toThrow(message);
  });
});
