// @twilljs/gpujs: the device where there is no WebGPU, and ops of your own in plain JavaScript.
export { type CustomAttrs, type CustomOp, type CustomOpOptions, customOp, type ElementFunction } from './custom-op.ts';
export { type GpuJsDevice, gpujs } from './device.ts';
export type { Argument, Call, GpuJsKernel, Numbers, Operand, Program } from './kernel.ts';
export type { GpuJsMode, GpuJsOptions } from './options.ts';
