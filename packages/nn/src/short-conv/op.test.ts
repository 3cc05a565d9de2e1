// The state hands a sequence over: cut anywhere, outputs and gradients stay what they were.
import { concat, cpu, gradOf, parameter, scope, size, type Tensor, tensor } from '@twilljs/tensor';
import { deviation, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { kernels } from '../wasm.ts';
import { shortConv } from './op.ts';

const [B, T, D] = [2, 9, 6];

describe.each([
  ['cpu', cpu()],
  ['wasm', await wasm({ kernels, poison: true })],
] as const)('shortConv on %s', (_, device) => {
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
