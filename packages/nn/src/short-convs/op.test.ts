// Three convolutions are what each is alone: bits, gradients, and states that stay in their places.
import { assign, compile, cpu, gradOf, parameter, scope, size, type Tensor, tensor } from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpu } from '@twilljs/webgpu';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { shortConv } from '../short-conv/op.ts';
import { kernels } from '../wasm.ts';
import { kernels as webgpuKernels } from '../webgpu.ts';
import { type OfThree, shortConvs } from './op.ts';

const onWebgpu = await webgpuDevices({ kernels: webgpuKernels });
/** Where queries, keys and values do not lie in one buffer. */
const apart =
  onWebgpu.length > 0
    ? ([['webgpu in several buffers', await webgpu({ kernels: webgpuKernels, bufferBytes: 2 ** 20 })]] as const)
    : [];
const devices = [['cpu', cpu()], ['wasm', await wasm({ kernels, poison: true })], ...onWebgpu, ...apart] as const;

const [B, W] = [2, 4];
const widths: OfThree<number> = [66, 5, 130];
const activations = ['silu', null, 'silu'] as const;

describe.each(devices)('shortConvs on %s', (name, device) => {
  const make = (shape: number[], seed: number) => tensor(noise(size(shape), seed), shape, { device });
  const three = (shape: (D: number) => number[], seed: number): OfThree<Tensor> => {
    const one = (i: 0 | 1 | 2) => {
      // Half of a buffer between them, so that they come to lie in several.
      if (name.includes('several')) make([2 ** 17], 0);
      return make(shape(widths[i]), seed + i);
    };
    return [one(0), one(1), one(2)];
  };

  it.each([
    ['a token', 1, false],
    ['a token after others', 1, true],
    ['rows', 40, false],
    ['rows after others', 40, true],
  ])('has the bits of singles: %s', async (_, T, after) => {
    const both = scope(() => {
      const xs = three((D) => [B, T, D], 1);
      const weights = three((D) => [D, W], 4);
      const h0s = after ? three((D) => [B, W - 1, D], 7) : null;
      const wrt = [...xs, ...weights, ...(h0s ?? [])].map((t) => parameter(t));
      const dys = [...three((D) => [B, T, D], 10), ...three((D) => [B, W - 1, D], 13)];
      const together = () => {
        const { ys, states } = shortConvs(xs, weights, h0s, activations);
        return [...ys, ...states];
      };
      const alone = () => {
        const made = xs.map((x, i) => shortConv(x, weights[i], null, h0s?.[i] ?? null, activations[i]));
        return [...made.map(({ y }) => y), ...made.map(({ state }) => state)];
      };
      return [together, alone].map((run) => {
        const outs = run();
        return [...outs, ...gradOf(outs, dys, wrt)];
      });
    });
    const [together, alone] = await Promise.all(both.map((list) => Promise.all(list.map((t) => t.data()))));
    expect(together).toEqual(alone);
  });

  if (name === 'cpu') return;
  it.each([1, 20])('a recording leaves the states where they were, T = %i', async (T) => {
    const weights = three((D) => [D, W], 4);
    using step = compile(device, (xs: OfThree<Tensor>, h0s: OfThree<Tensor>) => {
      const { ys, states } = shortConvs(xs, weights, h0s, activations);
      for (const i of [0, 1, 2] as const) assign(h0s[i], states[i]);
      return ys;
    });
    const h0s = three((D) => [B, W - 1, D], 7);
    let expected: OfThree<Tensor> = three((D) => [B, W - 1, D], 7);
    for (let call = 0; call < 4; call++) {
      const xs = three((D) => [B, T, D], 20 + call);
      const { ys, states } = shortConvs(xs, weights, expected, activations);
      expected = states;
      const recorded = scope(() => step(xs, h0s));
      for (const i of [0, 1, 2]) {
        expect(await recorded[i].data()).toEqual(await ys[i].data());
        expect(await h0s[i].data()).toEqual(await states[i].data());
      }
    }
    expect(step.inspect().ops.map(({ op }) => op)).toEqual(['shortConvs']);
  });
});
