// @twilljs/gpujs/testing: the device in tests, in every mode that is here.
import { type GpuJsDevice, gpujs } from './device.ts';
import type { GpuJsMode, GpuJsOptions } from './options.ts';

/** A page has WebGL; Node, without a native build of it, has what runs on the processor. */
const modes: readonly GpuJsMode[] = typeof process === 'undefined' ? ['webgl2'] : ['webasm', 'cpu'];

/** Entries of a table of devices, with memory that starts as NaN. */
export const gpujsDevices = (options: GpuJsOptions = {}): [name: string, device: GpuJsDevice][] =>
  modes.map((mode) => [`gpujs ${mode}`, gpujs({ mode, poison: true, ...options })]);
