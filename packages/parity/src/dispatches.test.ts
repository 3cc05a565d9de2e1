// How many dispatches a layer takes on WebGPU: forward and backward in a recorded training step, and for a decoded token.
import { attention } from '@twilljs/attention';
import { kernels as ofAttention } from '@twilljs/attention/webgpu';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { hybrid } from '@twilljs/hybrid';
import { shapesOnly } from '@twilljs/nn';
import { kernels as nn } from '@twilljs/nn/webgpu';
import { kernels as scan } from '@twilljs/scan/webgpu';
import type { StepOp } from '@twilljs/tensor';
import { plannedDevice } from '@twilljs/webgpu/testing';
import { expect, it } from 'vitest';
import { inspectSteps } from './index.ts';

const mixers = [gatedDeltanet, attention];

/** The parts of a step that ask for a gradient are those from the first to the last op of one. */
function countsOf(ops: readonly StepOp[]): { forward: number; backward: number } {
  const isBackward = ({ by }: StepOp) => by.some((name) => name.endsWith("'"));
  const [first, last] = [ops.findIndex(isBackward), ops.findLastIndex(isBackward)];
  const launches = (part: readonly StepOp[]) => part.reduce((sum, { launches }) => sum + launches.length, 0);
  return { forward: launches(ops.slice(0, first)), backward: launches(ops.slice(first, last + 1)) };
}

async function dispatchesOf(layers: readonly string[], hidden_size: number, batch: readonly [number, number]) {
  const device = plannedDevice([...nn, ...scan, ...ofAttention]);
  const shape = { hidden_size, num_heads: hidden_size / 64, head_dim: 64, vocab_size: 256 };
  const config = { model_type: 'gated_deltanet', num_hidden_layers: layers.length, layers, expand_v: 1, ...shape };
  const model = await hybrid(config as never, { mixers, init: shapesOnly() }).to(device);
  const { training, decoding } = await inspectSteps(model, batch);
  expect([...device.fallbacks]).toEqual([]);
  return { ...countsOf(training.ops), token: decoding.launches };
}

/** Of one layer: what it adds to a model with two others. */
async function perLayer(layer: string, width: number, batch: readonly [number, number]) {
  const before = ['gated-deltanet', 'attention'];
  const [less, more] = [await dispatchesOf(before, width, batch), await dispatchesOf([...before, layer], width, batch)];
  return {
    forward: more.forward - less.forward,
    backward: more.backward - less.backward,
    token: more.token - less.token,
  };
}

// Products of a long depth and few squares are cut into pieces, each launch of which is followed by one that adds them up; the gradient of
// a recurrence goes through long rows in segments.
it.each([
  ['gated-deltanet', 64, [2, 64], { forward: 13, backward: 24, token: 10 }],
  ['gated-deltanet', 256, [4, 256], { forward: 14, backward: 29, token: 10 }],
  ['gated-deltanet', 1024, [8, 2048], { forward: 14, backward: 30, token: 10 }],
  ['attention', 64, [2, 64], { forward: 9, backward: 16, token: 10 }],
  ['attention', 256, [4, 256], { forward: 10, backward: 21, token: 10 }],
  ['attention', 1024, [8, 2048], { forward: 9, backward: 18, token: 10 }],
] as const)('a layer of %s, width %i, batch %j', async (layer, width, batch, counts) => {
  expect(await perLayer(layer, width, batch)).toEqual(counts);
});
