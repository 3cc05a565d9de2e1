// @twilljs/webgpu/testing: the device in tests, where the machine has an adapter.
import { DeviceError } from '@twilljs/tensor';
import { type WebGpuDevice, type WebGpuOptions, webgpu } from './device.ts';

/** What must be there, by the variable TWILL_REQUIRE: a list such as `chromium,webgpu`. */
function isRequired(): boolean {
  return typeof process !== 'undefined' && (process.env?.TWILL_REQUIRE ?? '').split(',').includes('webgpu');
}

/**
 * The device as an entry of a table of devices, with memory that starts as NaN, or nothing where this machine has no adapter.
 *
 * @throws DeviceError where TWILL_REQUIRE asks for one.
 */
export async function webgpuDevices(options: WebGpuOptions = {}): Promise<[name: string, device: WebGpuDevice][]> {
  try {
    return [['webgpu', await webgpu({ poison: true, ...options })]];
  } catch (error) {
    if (error instanceof DeviceError && !isRequired()) return [];
    throw error;
  }
}
