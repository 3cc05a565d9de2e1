// @twilljs/wasm: the default device.
export { type WasmDevice, type WasmOptions, wasm } from './device.ts';
export type {
  Exports,
  Kernel,
  Launch,
  LaunchArgs,
  OldPlan,
  Plan,
  Pointer,
  Views,
  WasmKernel,
  WasmModule,
} from './kernel.ts';
export type { Tier } from './tier.ts';
