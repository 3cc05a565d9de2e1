// @twilljs/adapters: low-rank adapters in PEFT's files, and learned initial states.
export { Adapter } from './adapter.ts';
export { type AddOptions, addAdapter } from './add.ts';
export type { AdapterConfig, LoraConfig, StateConfig } from './config.ts';
export { filesOfAdapter } from './files.ts';
export { type LoadAdapterOptions, type LoadedAdapter, loadAdapter } from './load.ts';
