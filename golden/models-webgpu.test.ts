// Golden models on WebGPU: a file of its own, so that a machine's cores share the work, which a page runs too.
import { kernels as attention } from '@twilljs/attention/webgpu';
import { kernels as nn } from '@twilljs/nn/webgpu';
import { kernels as scan } from '@twilljs/scan/webgpu';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { expect, it } from 'vitest';
import { replayModels } from './models.test-data.ts';

const kernels = [...nn, ...scan, ...attention];
const devices = await webgpuDevices({ kernels });
it.skipIf(devices.length === 0)('there is an adapter (skipped: none here)', () => {
  expect(devices).toHaveLength(1);
});

replayModels(devices);
