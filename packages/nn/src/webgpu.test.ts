// How many dispatches ops take on WebGPU: of a token for each row, as in decoding, and of a training step.
import type { Spec } from '@twilljs/tensor';
import { leastOffers } from '@twilljs/webgpu/testing';
import { expect, it } from 'vitest';
import { kernels } from './webgpu.ts';

const f = (...shape: number[]): Spec => ({ shape, dtype: 'f32' });
const ranges: Spec = { shape: [3, 2], dtype: 'i32' };
/** Launches of an op whose operands all lie apart, by kernel and number of workgroups. */
function launchesOf(op: string, ins: (Spec | null)[], attrs: unknown): string[] {
  const kernel = kernels.find((kernel) => kernel.op === op)!;
  const plan = kernel.plan(ins, attrs, leastOffers);
  if (typeof plan === 'string') throw new Error(plan);
  let next = 0;
  const place = () => 2 ** 20 * ++next;
  const launches = plan.launches(
    ins.map((x) => (x ? place() : 0)),
    Array.from({ length: 6 }, place),
    place(),
  );
  return launches.map(({ kernel, units }) => `${kernel.module.name}/${kernel.name} ${units}`);
}

const [eps, silu] = [{ eps: 1e-6 }, { activation: 'silu' }];
const D = 256;
const x = f(3, 1, D);

it.each<[op: string, ins: (Spec | null)[], attrs: unknown]>([
  ['rmsNorm', [x, f(D)], eps],
  ['addRmsNorm', [x, x, f(D)], eps],
  ['gatedRmsNorm', [x, x, f(D)], { ...eps, ...silu }],
  ['l2Norm', [x], eps],
  ['l2Norms', [x, x], eps],
  ['silu', [x], null],
  ['swiglu', [x, x], null],
  ['logSigmoid', [x], null],
  ['forgetGate', [x, f(D)], null],
  ['rotary', [f(3, 1, 4, 64), f(3, 1, 32), f(3, 1, 32), null], { inverse: false }],
  ['rotaries', [f(3, 1, 4, 64), f(3, 1, 2, 64), f(3, 1, 32), f(3, 1, 32), null], { inverse: false }],
  ['shortConv', [x, f(D, 4), null, f(3, 3, D), null], silu],
  ['shortConv', [f(1, 3, D), f(D, 4), f(D), f(3, 3, D), ranges], silu],
  [
    'shortConvs',
    [x, x, f(3, 1, 64), f(D, 4), f(D, 4), f(64, 4), f(3, 3, D), f(3, 3, D), f(3, 3, 64), null],
    { activations: ['silu', 'silu', null] },
  ],
])('%s of a token for each row is one dispatch', (op, ins, attrs) => {
  expect(launchesOf(op, ins, attrs)).toHaveLength(1);
});

it.each<[op: string, ins: (Spec | null)[], attrs: unknown]>([
  ['addRmsNormLinears', [f(0, D), f(0, D), f(D), f(5, D)], eps],
  ['swigluLinear', [f(0, D), f(0, D), f(5, D)], null],
])('%s of no rows writes nothing', (op, ins, attrs) => {
  expect(launchesOf(op, ins, attrs)).toEqual([]);
});

const [B, T] = [4, 512];
const long = f(B, T, D);

it.each<[op: string, ins: (Spec | null)[], attrs: unknown, launches: string[]]>([
  ['rmsNorm', [long, f(D)], eps, ['nn/norm/forward 512']],
  ['rmsNormGrad', [long, long, f(D)], eps, ['nn/norm/backward 256', 'nn/columns/total 32']],
  ['addRmsNormGrad', [long, long, long, f(D)], eps, ['nn/norm/backward 256', 'nn/columns/total 32']],
  ['gatedRmsNormGrad', [long, long, long, f(D)], { ...eps, ...silu }, ['nn/norm/backward 256', 'nn/columns/total 32']],
  ['l2NormGrad', [long, long], eps, ['nn/norm/backward 256']],
  ['l2NormsGrad', [long, long, long, long], eps, ['nn/norm/backward 512']],
  ['siluGrad', [long, long], null, ['nn/swiglu/backward 2048']],
  ['swigluGrad', [long, long, long], null, ['nn/swiglu/backward 2048']],
  ['logSigmoidGrad', [long, long], null, ['nn/forget-gate/backward 2048']],
  ['forgetGateGrad', [long, long, long, null], null, ['nn/forget-gate/backward 2048']],
  ['forgetGateGrad', [long, long, long, f(D)], null, ['nn/forget-gate/boundedBackward 256', 'nn/columns/total 32']],
  ['shortConv', [long, f(D, 4), null, null, null], silu, ['nn/short-conv/forward 2064']],
  [
    'shortConvGrad',
    [long, f(B, 3, D), long, f(D, 4), null, null, null],
    silu,
    ['nn/short-conv/backward 256', 'nn/columns/total 128'],
  ],
  [
    'shortConvs',
    [long, long, f(B, T, 64), f(D, 4), f(D, 4), f(64, 4), null, null, null, null],
    { activations: ['silu', 'silu', null] },
    ['nn/short-conv/forward 4644'],
  ],
  [
    'shortConvsGrad',
    [
      ...[long, long, f(B, T, 64), f(B, 3, D), f(B, 3, D), f(B, 3, 64)],
      ...[long, long, f(B, T, 64), f(D, 4), f(D, 4), f(64, 4), null, null, null, null],
    ],
    { activations: ['silu', 'silu', null] },
    ['nn/short-conv/backward 576', 'nn/columns/total 288'],
  ],
])('%s of a training step', (op, ins, attrs, launches) => {
  expect(launchesOf(op, ins, attrs)).toEqual(launches);
});
