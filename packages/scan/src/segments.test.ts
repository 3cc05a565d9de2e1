// Gradients on WebGPU of rows cut into segments, where the states of all chunks are more than is kept at once: the bits of rows in one.
import type { Op, Spec } from '@twilljs/tensor';
import { evaluate, named, prepare } from '@twilljs/tensor/testing';
import type { Plan } from '@twilljs/webgpu';
import { leastOffers, webgpuDevices } from '@twilljs/webgpu/testing';
import { describe, expect, it } from 'vitest';
import { decayInputs, deltaInputs } from './cases.test-data.ts';
import type { Inputs } from './checks.test-data.ts';
import { gradientKernel, type Recurrence } from './plans.ts';
import { scalarDecayOp } from './scalar-decay/op.ts';
import { recurrence as scalarDecay } from './scalar-decay/webgpu.ts';
import { scalarDeltaOp } from './scalar-delta/op.ts';
import { recurrence as scalarDelta } from './scalar-delta/webgpu.ts';
import { vectorDeltaInputs } from './vector-cases.test-data.ts';
import { vectorDeltaOp } from './vector-delta/op.ts';
import { recurrence as vectorDelta } from './vector-delta/webgpu.ts';
import { kernels } from './webgpu.ts';

/** Seven chunks of two rows, the last one not full. */
const at = { B: 2, T: 100, H: 2, K: 5, V: 9 };
const attrs = { scale: 0.5 };
const ops: [name: string, op: Op<{ scale: number }>, recurrence: Recurrence, inputs: Inputs][] = [
  ['scalarDecay', scalarDecayOp, scalarDecay, decayInputs(at)],
  ['scalarDelta', scalarDeltaOp, scalarDelta, deltaInputs({ ...at, HV: 4 })],
  [
    'scalarDelta without state and gate',
    scalarDeltaOp,
    scalarDelta,
    deltaInputs({ ...at, fresh: true, gates: 'none' }),
  ],
  ['vectorDelta', vectorDeltaOp, vectorDelta, vectorDeltaInputs(at)],
];

const [whole] = await webgpuDevices({ kernels });

describe.runIf(whole)('rows in segments on webgpu', () => {
  it.each(ops)('%s', async (_, op, recurrence, inputs) => {
    const given = { inputs, cotangents: prepare(op, { name: '', attrs, inputs }).cotangents };
    const wrt = Object.keys(inputs);
    const expected = await evaluate(named(op, attrs), given, wrt, whole[1]);
    const kept = Object.values(recurrence.kept(at.K, at.V).segment).reduce((sum, count) => sum + 4 * count, 0);
    const [B, , heads] = inputs.v.shape;
    for (const chunks of [1, 3]) {
      const cut = gradientKernel(recurrence, undefined, chunks * B * heads * kept);
      const specs = op.inputs.map((name): Spec | null => {
        const numbers = inputs[name.replace('?', '')];
        return numbers ? { shape: numbers.shape, dtype: 'f32' } : null;
      });
      const plan = cut.plan([null, null, ...specs], attrs, leastOffers) as Plan;
      const launches = plan.launches(new Array(specs.length + 2).fill(256), new Array(specs.length - 1).fill(256), 256);
      expect(launches).toHaveLength(2 + 3 * Math.ceil(7 / chunks));
      const own = kernels.map((kernel) => (kernel.op === cut.op ? cut : kernel));
      const [[, device]] = await webgpuDevices({ kernels: own });
      const found = await evaluate(named(op, attrs), given, wrt, device);
      expect(found.gradients).toEqual(expected.gradients);
      device[Symbol.dispose]();
    }
  });
});
