// Ops with a time axis over sequences of different lengths: each is what it is alone, and nothing outside of them is read or left unwritten.
import {
  compile,
  cpu,
  type Device,
  empty,
  gradOf,
  keep,
  parameter,
  release,
  scope,
  type Tensor,
  tensor,
} from '@twilljs/tensor';
import { deviation, noise, tolerances } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { rotary, shortConv } from './ops.ts';
import { kernels } from './wasm.ts';
import { kernels as webgpuKernels } from './webgpu.ts';

type Named = Readonly<Record<string, Tensor>>;

/** An op, and the shapes of its inputs: of each token, of each sequence, and of all. */
interface Tried {
  readonly tokens: Readonly<Record<string, number[]>>;
  readonly sequences: Readonly<Record<string, number[]>>;
  readonly all: Readonly<Record<string, number[]>>;
  readonly wanted: readonly string[];
  run(ins: Named, ranges: Tensor | null): Named;
}

const [W, D] = [4, 21];
const tried: Readonly<Record<string, Tried>> = {
  shortConv: {
    tokens: { x: [D] },
    sequences: { h0: [W - 1, D] },
    all: { weight: [D, W], bias: [D] },
    wanted: ['x', 'h0', 'weight', 'bias'],
    run: ({ x, weight, bias, h0 }, ranges) => shortConv(x, weight, bias, h0, 'silu', ranges),
  },
  rotary: {
    tokens: { x: [2, 14], cos: [7], sin: [7] },
    sequences: {},
    all: {},
    wanted: ['x'],
    run: ({ x, cos, sin }, ranges) => ({ y: rotary(x, { cos, sin }, false, ranges) }),
  },
};

const [B, T] = [2, 80];
const P = B * T;
/** Gaps of all kinds; empty sequences, ones of one token and fewer than the taps; across rows and blocks; nothing, and everything. */
const packings: [begin: number, end: number][][] = [
  [
    [0, 80],
    [80, 160],
  ],
  [
    [1, 70],
    [70, 70],
    [75, 76],
    [76, 150],
  ],
  [
    [0, 0],
    [3, 5],
    [5, 9],
    [159, 160],
  ],
  [
    [0, 160],
    [160, 160],
    [160, 160],
    [160, 160],
  ],
  [
    [2, 3],
    [3, 6],
    [64, 128],
    [128, 129],
  ],
  [[7, 7]],
];

const devices: [string, Device][] = [
  ['cpu', cpu({ poison: true })],
  ['cpu-f64', cpu({ float: 'f64', poison: true })],
  ['wasm, plain', await wasm({ kernels, tier: 'plain', poison: true })],
  ['wasm, relaxed', await wasm({ kernels, tier: 'relaxed', poison: true })],
  ['wasm, wide', await wasm({ kernels, tier: 'wide', poison: true })],
  ...(await webgpuDevices({ kernels: webgpuKernels })),
];

/** Host numbers of a packing: what lies outside is `outside`. */
function numbers({ tokens, sequences, all }: Tried, packing: readonly [number, number][], outside: number) {
  const inside = (p: number) => packing.some(([begin, end]) => p >= begin && p < end);
  const made = (shape: number[], seed: number) =>
    noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
    );
  const out: Record<string, { shape: number[]; data: Float64Array }> = {};
  let seed = 1;
  const add = (name: string, shape: number[], data = made(shape, seed++)) => {
    out[name] = { shape, data };
  };
  const cleared = (data: Float64Array, size: number) =>
    data.map((value, i) => (inside(Math.floor(i / size)) ? value : outside));
  for (const [name, shape] of Object.entries({ ...tokens, dy: tokens.x })) {
    const whole = [B, T, ...shape];
    add(
      name,
      whole,
      cleared(
        made(whole, seed++),
        shape.reduce((a, b) => a * b, 1),
      ),
    );
  }
  for (const [name, shape] of Object.entries(sequences)) {
    add(name, [packing.length, ...shape]);
    add(`d${name}`, [packing.length, ...shape]);
  }
  for (const [name, shape] of Object.entries(all)) add(name, shape);
  return out;
}

/** Outputs and gradients, of the tensors of `numbers`. */
function evaluated({ run, wanted }: Tried, ins: Named, ranges: Tensor | null): Record<string, Tensor> {
  const outs = run(ins, ranges);
  const seeds = Object.keys(outs).map((name) => (name === 'y' ? ins.dy : ins.dh0));
  const gs = gradOf(
    Object.values(outs),
    seeds,
    wanted.map((name) => ins[name]),
  );
  return { ...outs, ...Object.fromEntries(wanted.map((name, i) => [`d${name}`, gs[i]])) };
}

async function read(tensors: Named): Promise<Record<string, Float64Array>> {
  const out: Record<string, Float64Array> = {};
  for (const [name, t] of Object.entries(tensors)) out[name] = Float64Array.from(await t.data());
  return out;
}

describe.each(devices)('on %s', (name, device) => {
  const upload = (op: Tried, given: ReturnType<typeof numbers>): Named => {
    const make = ({ data, shape }: { data: Float64Array; shape: number[] }) => tensor(data, shape, { device });
    const ins = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, make(value)]));
    for (const key of op.wanted) parameter(ins[key]);
    return ins;
  };
  const lying = (packing: readonly [number, number][]) =>
    tensor(Int32Array.from(packing.flat()), [packing.length, 2], { device });
  const packed = (op: Tried, packing: readonly [number, number][], outside: number) =>
    read(scope(() => evaluated(op, upload(op, numbers(op, packing, outside)), lying(packing))));

  describe.each(Object.entries(tried))('%s', (_, op) => {
    it.each(packings)('each sequence is what it is alone: %j ...', async (...packing) => {
      const together = await packed(op, packing, 0);
      const given = numbers(op, packing, 0);
      const sums: Record<string, Float64Array> = {};
      for (const [i, [begin, end]] of packing.entries()) {
        const part = (key: string) => {
          const { shape, data } = given[key];
          if (key in op.all) return given[key];
          const isToken = key in op.tokens || key === 'dy';
          const size = data.length / (isToken ? P : packing.length);
          const [from, to] = isToken ? [begin, end] : [i, i + 1];
          return {
            shape: isToken ? [1, end - begin, ...shape.slice(2)] : [1, ...shape.slice(1)],
            data: data.slice(from * size, to * size),
          };
        };
        const own = Object.fromEntries(Object.keys(given).map((key) => [key, part(key)]));
        const alone = await read(scope(() => evaluated(op, upload(op, own), null)));
        for (const [key, values] of Object.entries(alone)) {
          const input = key.slice(1);
          if (input in op.all) {
            sums[key] = values.map((value, at) => value + (sums[key]?.[at] ?? 0));
            continue;
          }
          const isToken = key === 'y' || input in op.tokens;
          const size = together[key].length / (isToken ? P : packing.length);
          const [from, to] = isToken ? [begin, end] : [i, i + 1];
          expect(together[key].slice(from * size, to * size), `${key} of ${i}`).toEqual(values);
        }
      }
      for (const [key, sum] of Object.entries(sums)) {
        expect(deviation(together[key], sum).error, key).toBeLessThanOrEqual(tolerances[device.float].out);
      }
    });

    it.each(packings)('NaN outside changes no bit, and 0 is written there: %j ...', async (...packing) => {
      const clean = await packed(op, packing, 0);
      expect(await packed(op, packing, Number.NaN)).toEqual(clean);
      const inside = (p: number) => packing.some(([begin, end]) => p >= begin && p < end);
      for (const key of ['y', 'dx']) {
        const size = clean[key].length / P;
        expect(clean[key].every((value, i) => value === 0 || inside(Math.floor(i / size)))).toBe(true);
      }
    });

    it('reads its ranges anew in a recording', async () => {
      using step = compile(device, (ins: Named, ranges: Tensor) => evaluated(op, ins, ranges));
      for (const packing of packings.filter(({ length }) => length === 4)) {
        const expected = await packed(op, packing, 0);
        const inputs = keep({ ins: upload(op, numbers(op, packing, Number.NaN)), at: lying(packing) });
        expect(await read(scope(() => step(inputs.ins, inputs.at)))).toEqual(expected);
        release(inputs);
      }
      expect(step.inspect().ops.length).toBeGreaterThan(0); // it was replayed
    });

    it('stays in its memory, whatever ranges hold', async () => {
      const wild = [-5, 3, 2 ** 31 - 1, -(2 ** 31), 100, 50, 0, 2 ** 31 - 1, 7, 500, 159, 161];
      const [{ length }, packing] = [wild, wild.slice(6).map((_, i) => [i, i] as [number, number])];
      const at = empty([length / 2, 2], device, 'i32');
      device.write(at.buffer, Int32Array.from(wild));
      // Neighbours on all sides, which nobody may write.
      const around = Array.from({ length: 8 }, (_, i) => keep(tensor(noise(1000, i), [1000], { device })));
      const made = scope(() => evaluated(op, upload(op, numbers(op, packing, 0)), at));
      const { y } = await read(made);
      expect(y.length).toBe(P * op.tokens.x.reduce((a, b) => a * b));
      for (const [i, t] of around.entries()) {
        const expected = device.float === 'f32' ? Float32Array.from(noise(1000, i)) : noise(1000, i);
        expect(await t.data()).toEqual(expected);
      }
      release(around);
    });
  });

  if (!name.startsWith('cpu')) it('no definition ran', () => expect([...device.fallbacks.keys()]).toEqual([]));
});
