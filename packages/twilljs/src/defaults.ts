// What is the best device's here and the reference's in the packages below.
import { modelFromFiles as fromFiles, load as loadFrom } from '@twilljs/hub';
import { hybrid as composed } from '@twilljs/hybrid';
import type { Device } from '@twilljs/tensor';
import { device } from './device.ts';

let shared: Promise<Device> | undefined;

/** The device of everything that was given no other: one for the process. */
export function best(): Promise<Device> {
  shared ??= device();
  return shared;
}

/** `hybrid` of `@twilljs/hybrid`, of a model whose `to()` goes to the best device here. */
export const hybrid: typeof composed = (config, options) => composed(config, { device: best, ...options });

/** `modelFromFiles` of `@twilljs/hub`, onto the best device here unless another is given. */
export const modelFromFiles: typeof fromFiles = async (files, options, where) =>
  fromFiles(files, { ...options, device: options?.device ?? (await best()) }, where);

/** `load` of `@twilljs/hub`, onto the best device here unless another is given. */
export const load: typeof loadFrom = async (where, options) =>
  loadFrom(where, { ...options, device: options?.device ?? (await best()) });
