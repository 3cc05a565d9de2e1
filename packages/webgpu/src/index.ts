// @twilljs/webgpu: the device of graphics cards.
export { type PipelineCount, type WebGpuDevice, type WebGpuOptions, webgpu } from './device.ts';
export type { Field, Kernel, Launch, LaunchArgs, Limits, Plan, Pointer, WebGpuKernel, WgslModule } from './kernel.ts';
