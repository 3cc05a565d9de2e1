// @twilljs/wasm: the default device.
export { type WasmDevice, type WasmOptions, wasm } from './device.ts';
export type {
  Kernel,
  Launch,
  LaunchArgs,
  Plan,
  Pointer,
  Views,
  WasmKernel,
  WasmModule,
} from './kernel.ts';
export type { Tier } from './tier.ts';
