// Kernels over ranges that nobody has looked at: whatever they hold, only inputs are read, only outputs and scratch are written, and
// every element of the outputs is.
import { type Device, empty, type Op, release, scope, size, type Tensor, tensor } from '@twilljs/tensor';
import { noise, prepare } from '@twilljs/tensor/testing';
import { type WasmOptions, wasm } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decayInputs, deltaInputs, elementwiseInputs } from './cases.test-data.ts';
import type { Inputs } from './checks.test-data.ts';
import { elementwiseGradOp, elementwiseOp } from './elementwise/op.ts';
import { packed, type Ranges } from './packed-checks.test-data.ts';
import { scalarDecayGradOp, scalarDecayOp } from './scalar-decay/op.ts';
import { scalarDeltaGradOp, scalarDeltaOp } from './scalar-delta/op.ts';
import { vectorDecayInputs, vectorDeltaInputs } from './vector-cases.test-data.ts';
import { vectorDecayGradOp, vectorDecayOp } from './vector-decay/op.ts';
import { vectorDeltaGradOp, vectorDeltaOp } from './vector-delta/op.ts';
import { kernels } from './wasm.ts';
import { kernels as gpuKernels } from './webgpu.ts';

const at = { B: 2, T: 19, H: 2, K: 7, V: 5 };
const shared = { ...at, HV: 4 };
const ops: [name: string, op: Op, grad: Op, inputs: Inputs][] = [
  ['elementwise', elementwiseOp, elementwiseGradOp, elementwiseInputs({ ...at, D: 70 })],
  ['scalarDecay', scalarDecayOp, scalarDecayGradOp, decayInputs(at)],
  ['scalarDelta', scalarDeltaOp, scalarDeltaGradOp, deltaInputs(shared)],
  ['vectorDecay', vectorDecayOp, vectorDecayGradOp, vectorDecayInputs(at)],
  ['vectorDelta', vectorDeltaOp, vectorDeltaGradOp, vectorDeltaInputs(shared)],
];
const attrs = { scale: 0.5, gates: true };

const wild = fc.oneof(fc.integer({ min: -3, max: 41 }), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1));
const wildRanges: fc.Arbitrary<Ranges> = fc.array(fc.tuple(wild, wild), { minLength: 1, maxLength: 4 });

/** Where the outputs of the op that runs next lie, in bytes from..to. */
let outputs: (readonly [from: number, to: number])[] = [];
let changedElse = false;

const watch: NonNullable<WasmOptions['walk']> = (functions, list, first, count, scratch, bytes) => {
  const before = list.slice();
  for (let entry = first; entry < first + 4 * count; entry += 4) {
    functions[list[entry]](0, list[entry + 1], list[entry + 2], scratch);
  }
  for (const [from, to] of [...outputs, [scratch, scratch + bytes] as const]) {
    before.set(list.subarray(from >> 2, Math.ceil(to / 4)), from >> 2);
  }
  changedElse = !Buffer.from(before.buffer).equals(Buffer.from(list.slice().buffer));
};

/** Runs a kernel itself: `apply` would refuse these ranges. @param around is called with the outputs between, when all is in place. */
function run(
  device: Device,
  op: Op,
  inputs: Inputs,
  around: (outs: readonly Tensor[]) => void,
): [ins: Tensor[], outs: Tensor[]] {
  const ins = op.inputs.map((name) => {
    const given = inputs[name.replace('?', '')];
    return given ? tensor(given.data, given.shape, { device, ...(given.dtype && { dtype: given.dtype }) }) : null;
  });
  const shapes = op.shape(
    ins.map((t) => t?.shape ?? null),
    attrs,
  );
  const outs = shapes.map((shape) => empty(shape, device));
  const runner = device.find(op, ins, attrs);
  if (typeof runner === 'string') throw new Error(runner);
  around(outs);
  const scratch = runner.scratch ? device.allocate(runner.scratch) : null;
  runner.run(
    ins.map((t) => t?.buffer ?? null),
    outs.map((t) => t.buffer),
    scratch,
  );
  if (scratch !== null) device.free(scratch);
  return [ins.filter((t) => t !== null), outs];
}

/** What the op and its gradient are given over these ranges. */
function both(op: Op, grad: Op, inputs: Inputs, ranges: Ranges): [Op, Inputs][] {
  const given = packed(inputs, ranges);
  const { y, state } = prepare(op, { name: '', attrs, inputs: given }).cotangents;
  return [
    [op, given],
    [grad, { ...given, dy: y, dstate: state, y: { ...y, data: noise(y.data.length, 9) } }],
  ];
}

describe.each(['plain', 'relaxed', 'wide'] as const)('any ranges, tier %s', async (tier) => {
  const device = await wasm({ kernels, tier, poison: true, walk: watch });

  it.each(ops)('%s', async (_, op, grad, inputs) => {
    await fc.assert(
      fc.asyncProperty(wildRanges, async (ranges) => {
        for (const [one, all] of both(op, grad, inputs, ranges)) {
          const outs = scope(() => {
            const [, outs] = run(device, one, all, (outs) => {
              outputs = outs.map(({ buffer, shape }) => [buffer as number, (buffer as number) + 4 * size(shape)]);
            });
            return outs;
          });
          expect(changedElse).toBe(false);
          for (const out of outs) expect((await out.data()).every(Number.isFinite)).toBe(true);
          release(outs);
        }
      }),
      { seed: 5, numRuns: 40 },
    );
  });
});

describe.each(await webgpuDevices({ kernels: gpuKernels }))('any ranges on %s', (_, device) => {
  it.each(ops)('%s', async (_, op, grad, inputs) => {
    await fc.assert(
      fc.asyncProperty(wildRanges, async (ranges) => {
        for (const [one, all] of both(op, grad, inputs, ranges)) {
          // Between inputs and outputs, and behind them, what a wrong index would hit.
          const marks: Tensor[] = [];
          const mark = () => void marks.push(tensor(noise(5000, 4), [5000], { device }));
          const [ins, outs] = run(device, one, all, mark);
          mark();
          const kept = [...marks, ...ins].map(async (t) => [...(await t.data())]);
          const expected = [...marks.map(() => Float32Array.from(noise(5000, 4))), ...Object.values(inOrder(one, all))];
          for (const [i, numbers] of (await Promise.all(kept)).entries()) expect(numbers).toEqual([...expected[i]]);
          for (const out of outs) expect((await out.data()).every(Number.isFinite)).toBe(true);
          release([marks, ins, outs]);
        }
      }),
      { seed: 5, numRuns: 12 },
    );
  });
});

/** The numbers of an op's inputs as the device has them. */
function inOrder({ inputs }: Op, given: Inputs): (Float32Array | Int32Array)[] {
  const found = inputs.map((name) => given[name.replace('?', '')]).filter((numbers) => numbers !== undefined);
  return found.map(({ data, dtype }) => (dtype === 'i32' ? Int32Array.from(data) : Float32Array.from(data)));
}
