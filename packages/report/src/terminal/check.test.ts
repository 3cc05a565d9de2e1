// What was found of a device, as people read it.
import { expect, it } from 'vitest';
import { checkText } from './check.ts';

const unusable = { ok: false, lossError: 0, gradientError: 0, kernels: [], definitions: [] };

it('names a device that could not be used once', () => {
  const text = checkText({ ...unusable, device: 'webgpu', problem: 'webgpu: there is no adapter here.' });
  expect(text).toBe('check         FAILED: webgpu: there is no adapter here.\n');
});
