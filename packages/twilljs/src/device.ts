// The best device of this machine.
import { kernels as attention } from '@twilljs/attention/wasm';
import { kernels as nn } from '@twilljs/nn/wasm';
import { kernels as scan } from '@twilljs/scan/wasm';
import { type WasmDevice, wasm } from '@twilljs/wasm';

/**
 * The fastest device here, with every kernel of this version; its `name` and `tier` say which it is.
 *
 * @throws DeviceError where the engine has no WebAssembly SIMD; `cpu()` runs there, a hundred times slower.
 * @example
 * const model = await hybrid(config, { mixers }).to(await device());
 */
export function device(): Promise<WasmDevice> {
  return wasm({ kernels: [...nn, ...scan, ...attention] });
}
