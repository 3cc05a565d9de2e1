// The best device of this machine.
import { kernels as attention } from '@twilljs/attention/wasm';
import { kernels as nn } from '@twilljs/nn/wasm';
import { kernels as scan } from '@twilljs/scan/wasm';
import { knownOnly } from '@twilljs/tensor';
import { type WasmDevice, type WasmOptions, wasm } from '@twilljs/wasm';

export type DeviceOptions = Pick<WasmOptions, 'eager' | 'threads'>;

/**
 * The fastest device here, with every kernel of this version; its `label` says which it is.
 *
 * @param options `eager`: compiled steps are run anew each time; `threads`: how many, by default one for each processor.
 * @throws DeviceError where the engine has no WebAssembly SIMD; `cpu()` runs there, a hundred times slower; or where there cannot be as many threads.
 * @example
 * const model = await hybrid(config, { mixers }).to(await device());
 */
export async function device(options: DeviceOptions = {}): Promise<WasmDevice> {
  knownOnly('device', options, ['eager', 'threads']);
  return wasm({ ...options, kernels: [...nn, ...scan, ...attention] });
}
