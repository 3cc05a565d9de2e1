// States that lie in one place from token to token: a recording lets the kernels write them where they have read them.
import { assign, compile, type Device, type Tensor, tensor } from '@twilljs/tensor';
import { named } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { decayInputs, deltaInputs, elementwiseInputs } from './cases.test-data.ts';
import type { Inputs, Named } from './checks.test-data.ts';
import { elementwiseOp } from './elementwise/op.ts';
import { packed, pairs } from './packed-checks.test-data.ts';
import { scalarDecayOp } from './scalar-decay/op.ts';
import { scalarDeltaOp } from './scalar-delta/op.ts';
import { vectorDecayInputs, vectorDeltaInputs } from './vector-cases.test-data.ts';
import { vectorDecayOp } from './vector-decay/op.ts';
import { vectorDeltaOp } from './vector-delta/op.ts';
import { kernels } from './wasm.ts';
import { kernels as gpuKernels } from './webgpu.ts';

const size = { B: 2, H: 2, K: 7, V: 21 };
const attrs = { scale: 0.5 };
type Run = (ins: Named) => Record<string, Tensor>;
const ops: [name: string, run: Run, inputs: (T: number) => Inputs][] = [
  ['elementwise', named(elementwiseOp, {}), (T) => elementwiseInputs({ B: 2, D: 130, T })],
  ['scalarDecay', named(scalarDecayOp, attrs), (T) => decayInputs({ ...size, T })],
  ['scalarDelta', named(scalarDeltaOp, attrs), (T) => deltaInputs({ ...size, T })],
  ['vectorDecay', named(vectorDecayOp, attrs), (T) => vectorDecayInputs({ ...size, T })],
  ['vectorDelta', named(vectorDeltaOp, attrs), (T) => vectorDeltaInputs({ ...size, T })],
];

const devices: [string, Device][] = [
  ['wasm', await wasm({ kernels, poison: true })],
  ...(await webgpuDevices({ kernels: gpuKernels })),
];
const all = devices.flatMap(([on, device]) =>
  ops.map(([name, run, inputsOf]) => [name, on, device, run, inputsOf] as const),
);
const tensorsOn = (device: Device, inputs: Inputs): Named =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { data, shape, dtype }]) => [
      name,
      tensor(data, shape, { device, ...(dtype && { dtype }) }),
    ]),
  );

describe.each(all)('%s on %s', (name, _on, device, run, inputsOf) => {
  it.each<[string, Inputs]>([
    ['a token at a time', inputsOf(1)],
    ['37 tokens at a time', inputsOf(37)],
    ['over ranges', packed(inputsOf(37), pairs(3, 3, 4, 5, 6, 60))],
  ])('%s', async (_, inputs) => {
    const { h0, ...ins } = tensorsOn(device, inputs);
    const state = h0.mul(1);
    const step = compile(device, (state: Tensor) => {
      const next = run({ ...ins, h0: state });
      assign(state, next.state);
      return next.y;
    });
    let before = h0;
    for (let calls = 0; calls < 5; calls++) {
      const expected = run({ ...ins, h0: before });
      before = expected.state;
      expect(await step(state).data()).toEqual(await expected.y.data());
      expect(await state.data()).toEqual(await before.data());
    }
    expect(step.inspect().ops.map(({ op }) => op)).toEqual([name]);
  });
});
