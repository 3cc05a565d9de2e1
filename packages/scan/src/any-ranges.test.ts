// Kernels over ranges that nobody has looked at: whatever they hold, only inputs are read, only outputs and scratch are written, and
// every element of the outputs is.
import { empty, type Op, release, scope, size, type Tensor, tensor } from '@twilljs/tensor';
import { noise, prepare } from '@twilljs/tensor/testing';
import { type WasmOptions, wasm } from '@twilljs/wasm';
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

describe.each(['plain', 'relaxed', 'wide'] as const)('any ranges, tier %s', async (tier) => {
  const device = await wasm({ kernels, tier, poison: true, walk: watch });

  /** Runs a kernel itself: `apply` would refuse these ranges. */
  function run(op: Op, inputs: Inputs): Tensor[] {
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
    outputs = outs.map(({ buffer, shape }) => [buffer as number, (buffer as number) + 4 * size(shape)]);
    runner.run(
      ins.map((t) => t?.buffer ?? null),
      outs.map((t) => t.buffer),
      null,
    );
    return outs;
  }

  it.each(ops)('%s', async (_, op, grad, inputs) => {
    await fc.assert(
      fc.asyncProperty(wildRanges, async (ranges) => {
        const given = packed(inputs, ranges);
        const { y, state } = prepare(op, { name: '', attrs, inputs: given }).cotangents;
        for (const [one, all] of [
          [op, given],
          [grad, { ...given, dy: y, dstate: state, y: { ...y, data: noise(y.data.length, 9) } }],
        ] as const) {
          const outs = scope(() => run(one, all));
          expect(changedElse).toBe(false);
          for (const out of outs) expect((await out.data()).every(Number.isFinite)).toBe(true);
          release(outs);
        }
      }),
      { seed: 5, numRuns: 40 },
    );
  });
});
