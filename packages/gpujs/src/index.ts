// @twilljs/gpujs: the device where there is no WebGPU.
export { type GpuJsDevice, gpujs } from './device.ts';
export type { Argument, Call, GpuJsKernel, Numbers, Operand, Program } from './kernel.ts';
export type { GpuJsMode, GpuJsOptions } from './options.ts';
