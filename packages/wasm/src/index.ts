// @twilljs/wasm: WebAssembly, the device where there is no graphics card.
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
