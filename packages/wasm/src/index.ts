// @twilljs/wasm: the default device.
export { type WasmDevice, type WasmOptions, wasm } from './device.ts';
export type { Exports, FieldType, Kernel, Launch, OldPlan, Plan, Pointer, WasmKernel, WasmModule } from './kernel.ts';
export type { Tier } from './tier.ts';
