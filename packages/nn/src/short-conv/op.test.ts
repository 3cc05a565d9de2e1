// The state hands a sequence over: cut anywhere, outputs and gradients stay what they were.
import {
  assign,
  compile,
  concat,
  cpu,
  gradOf,
  parameter,
  type Spec,
  scope,
  size,
  type Tensor,
  tensor,
} from '@twilljs/tensor';
import { deviation, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { kernels } from '../wasm.ts';
import { kernels as webgpuKernels } from '../webgpu.ts';
import { shortConv, shortConvOp } from './op.ts';

const [B, T, D] = [2, 9, 6];

const onWebgpu = await webgpuDevices({ kernels: webgpuKernels });
const fast = [['wasm', await wasm({ kernels, poison: true })], ...onWebgpu] as const;

describe.each([['cpu', cpu()], ...fast] as const)('shortConv on %s', (_, device) => {
  /** y, the last state, and the gradients of x, weight and bias, with the sequence cut at the given places. */
  const run = async (W: number, cuts: number[]) => {
    const tensors = scope(() => {
      const make = (shape: number[], seed: number) => tensor(noise(size(shape), seed), shape, { device });
      const [x, weight, bias] = [make([B, T, D], 1), make([D, W], 2), make([D], 3)].map((t) => parameter(t));
      const ys: Tensor[] = [];
      let state: Tensor | null = null;
      for (const [i, to] of [...cuts, T].entries()) {
        const part = shortConv(x.slice(1, cuts[i - 1] ?? 0, to), weight, bias, state);
        state = part.state;
        ys.push(part.y);
      }
      const outs = [concat(ys, 1), state!];
      return [...outs, ...gradOf(outs, [make([B, T, D], 4), make([B, W - 1, D], 5)], [x, weight, bias])];
    });
    return Promise.all(tensors.map((t) => t.data()));
  };

  it.each([1, 2, 4, 7])('W = %i', async (W) => {
    const whole = await run(W, []);
    // A part without times passes its state on.
    for (const cuts of [[1], [2], [5], [8], [4, 4], [1, 2, 3, 4, 5, 6, 7, 8]]) {
      for (const [i, values] of (await run(W, cuts)).entries()) {
        expect(deviation(values, whole[i]).error, `${cuts}`).toBeLessThan(1e-6);
      }
    }
  });
});

/** Few times, which WebGPU goes through as it leaves the states, and more. */
const steps = fast.flatMap(([name, device]) => [5, 20].map((T) => [name, T, device] as const));

it.each(steps)('a recording on %s leaves the state where it was, T = %i', async (_, T, device) => {
  const make = (shape: number[], seed: number) => tensor(noise(size(shape), seed), shape, { device });
  const weight = make([D, 4], 1);
  using step = compile(device, (x: Tensor, state: Tensor, ranges: Tensor) => {
    const next = shortConv(x, weight, null, state, 'silu', ranges);
    assign(state, next.state);
    return next.y;
  });
  const state = make([3, 3, D], 2);
  let expected = state.mul(1);
  for (const [i, list] of [
    [0, 1, 1, 3, 3, 10],
    [0, 7, 8, 8, 9, 10],
    [2, 4, 4, 7, 7, 9],
    [0, 0, 0, 0, 0, 1],
  ].entries()) {
    const places = Int32Array.from(list, (p) => (p * T) / 5);
    const [x, ranges] = [make([2, T, D], i), tensor(places, [3, 2], { device })];
    const { y, state: next } = shortConv(x, weight, null, expected, 'silu', ranges);
    expected = next;
    expect(await scope(() => step(x, state, ranges)).data()).toEqual(await y.data());
    expect(await state.data()).toEqual(await next.data());
  }
  expect(step.inspect().ops.map(({ op }) => op)).toEqual(['shortConv']);
});

it('counts room in more than 32 bits, so that too much is refused', async () => {
  const device = await wasm({ kernels });
  const x: Spec = { shape: [1, 1, 1], dtype: 'f32' };
  const [weight, ranges] = [{ ...x, shape: [1, 4] }, { shape: [2 ** 23, 2], dtype: 'i32' } as const];
  const gradOp = { ...shortConvOp, name: 'shortConvGrad' };
  const runner = device.find(gradOp, [x, x, x, weight, null, null, ranges], { activation: null });
  expect(runner).toHaveProperty('scratch', 4 * 2 ** 23 * 5 * 32); // five sums of 32 channels for each sequence
});
