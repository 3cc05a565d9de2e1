// The best device of this machine, or the one that is asked for.
import type { GpuJsDevice, GpuJsMode } from '@twilljs/gpujs';
import { type Device, DeviceError, knownOnly, OptionError, oneOf, shown } from '@twilljs/tensor';
import type { WasmDevice, WasmOptions } from '@twilljs/wasm';
import type { WebGpuDevice } from '@twilljs/webgpu';

/** Which device is taken, and how many threads. */
export interface DeviceOptions extends Pick<WasmOptions, 'eager' | 'threads'> {
  /**
   * `auto`: WebGPU where the machine has a graphics card that it reaches, else wasm. `webgpu` takes any adapter. `gpujs` is WebGL by gpu.js,
   * which is never taken unasked. Default `auto`.
   */
  name?: 'auto' | 'webgpu' | 'wasm' | 'gpujs';
  /** Of `gpujs`: what gpu.js runs on. Default: the first that is there of WebGL 2, WebGL, WebAssembly and plain JavaScript. */
  mode?: GpuJsMode;
}

/** With every kernel of this version. Loaded when it is asked for, so that a page has one device only. */
async function onCard(options: { eager?: boolean; software: boolean }): Promise<WebGpuDevice> {
  const [{ webgpu }, ...lists] = await Promise.all([
    import('@twilljs/webgpu'),
    import('@twilljs/nn/webgpu'),
    import('@twilljs/scan/webgpu'),
    import('@twilljs/attention/webgpu'),
  ]);
  return webgpu({ ...options, kernels: lists.flatMap(({ kernels }) => kernels) });
}

async function onProcessor(options: Pick<WasmOptions, 'eager' | 'threads'>): Promise<WasmDevice> {
  const [{ wasm }, ...lists] = await Promise.all([
    import('@twilljs/wasm'),
    import('@twilljs/nn/wasm'),
    import('@twilljs/scan/wasm'),
    import('@twilljs/attention/wasm'),
  ]);
  return wasm({ ...options, kernels: lists.flatMap(({ kernels }) => kernels) });
}

async function onGpuJs(options: { mode?: GpuJsMode }): Promise<GpuJsDevice> {
  const [{ gpujs }, ...lists] = await Promise.all([
    import('@twilljs/gpujs'),
    import('@twilljs/nn/gpujs'),
    import('@twilljs/attention/gpujs'),
  ]);
  return gpujs({ ...options, kernels: lists.flatMap(({ kernels }) => kernels) });
}

/** `device`, with why its report names this one. */
function chosen<D extends Device>(device: D, choice: string): D {
  const report = device.report.bind(device);
  device.report = () => ({ ...report(), choice });
  return device;
}

/**
 * The fastest device here, with every kernel of this version; its `label` says which it is, its `report()` why.
 *
 * @param options `name`: the one that is wanted; `eager`: compiled steps are run anew each time; `threads`, of wasm: how many, by
 * default one for each processor; `mode`, of gpujs, which is always eager.
 * @throws DeviceError where the device that is asked for is not there, or where neither WebGPU nor WebAssembly SIMD is: `cpu()` runs
 * there, a hundred times slower; or where there cannot be as many threads. OptionError for what another device has: threads of wasm, the mode of gpujs.
 * @example
 * const model = await hybrid(config, { mixers }).to(await device());
 */
export async function device(options: DeviceOptions & { name: 'wasm' }): Promise<WasmDevice>;
export async function device(options: DeviceOptions & { name: 'webgpu' }): Promise<WebGpuDevice>;
export async function device(options: DeviceOptions & { name: 'gpujs' }): Promise<GpuJsDevice>;
export async function device(options?: DeviceOptions): Promise<Device>;
export async function device(options: DeviceOptions = {}): Promise<Device> {
  knownOnly('device', options, ['name', 'eager', 'threads', 'mode']);
  const { name = 'auto', eager = false, threads, mode } = options;
  oneOf('device: name', name, ['auto', 'webgpu', 'wasm', 'gpujs']);
  if (mode !== undefined && name !== 'gpujs') {
    throw new OptionError(`device: mode is ${shown(mode)} but name is ${name}, and only gpujs has it; leave one out.`);
  }
  if (threads !== undefined && (name === 'webgpu' || name === 'gpujs')) {
    throw new OptionError(`device: threads is ${threads} but name is ${name}, which has none; leave one of them out.`);
  }
  if (options.eager === false && name === 'gpujs') {
    throw new OptionError('device: eager is false but name is gpujs, which records nothing; leave eager out.');
  }
  const ofWasm = { eager, ...(threads !== undefined && { threads }) };
  if (name === 'wasm') return chosen(await onProcessor(ofWasm), 'it was asked for');
  if (name === 'webgpu') return chosen(await onCard({ eager, software: true }), 'it was asked for');
  if (name === 'gpujs') return chosen(await onGpuJs(mode === undefined ? {} : { mode }), 'it was asked for');
  if (threads !== undefined) return chosen(await onProcessor(ofWasm), 'threads were asked for, which only wasm has');
  try {
    return chosen(await onCard({ eager, software: false }), 'it is the graphics card of this machine');
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return chosen(await onProcessor(ofWasm), `wasm, since WebGPU cannot be used: ${error.message}`);
  }
}
