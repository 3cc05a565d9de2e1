// @twilljs/webgpu: the device of graphics cards.
export { type PipelineCount, type WebGpuDevice, webgpu } from './device.ts';
export type {
  Field,
  Formed,
  Kernel,
  Launch,
  LaunchArgs,
  Limits,
  Offers,
  Plan,
  Pointer,
  ProductOptions,
  ProductPlaces,
  ProductSizes,
  Products,
  WebGpuKernel,
  WgslModule,
} from './kernel.ts';
export type { WebGpuOptions } from './options.ts';
