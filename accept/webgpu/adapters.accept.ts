// Adapters on WebGPU, all that packages/adapters and golden/ try elsewhere: goldens, every linear layer of every mixer, learned states.
import { kernels as attention } from '@twilljs/attention/webgpu';
import { kernels as nn } from '@twilljs/nn/webgpu';
import { kernels as scan } from '@twilljs/scan/webgpu';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { expect, it } from 'vitest';
import { replayAdapters } from '../../golden/adapters.test-data.ts';
import { everywhere } from '../../packages/adapters/src/everywhere.test-data.ts';
import { begins, linear } from '../../packages/adapters/src/state.test-data.ts';
import { cases } from '../../packages/hybrid/src/models.test-data.ts';

const devices = await webgpuDevices({ kernels: [...nn, ...scan, ...attention] });
it.skipIf(devices.length === 0)('there is an adapter (skipped: none here)', () => {
  expect(devices).toHaveLength(1);
});

replayAdapters(devices);
for (const [name, device] of devices) {
  everywhere(name, device, cases, 1e-6);
  begins(name, device, linear);
}
