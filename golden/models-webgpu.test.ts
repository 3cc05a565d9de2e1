// Golden models on WebGPU: all of them in a page. Node, whose adapter compiles the same kernels by the same Dawn and SwiftShader, replays
// two that between them have each part of the replay: packed sequences, training, short convolutions, the delta rule, windowed attention.
import { kernels as attention } from '@twilljs/attention/webgpu';
import { kernels as nn } from '@twilljs/nn/webgpu';
import { kernels as scan } from '@twilljs/scan/webgpu';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { expect, it } from 'vitest';
import { names, replayModels } from './models.test-data.ts';

const kernels = [...nn, ...scan, ...attention];
const devices = await webgpuDevices({ kernels });
it.skipIf(devices.length === 0)('there is an adapter (skipped: none here)', () => {
  expect(devices).toHaveLength(1);
});

replayModels(devices, 'document' in globalThis ? names : ['gated_deltanet-hybrid', 'transformer-window']);
