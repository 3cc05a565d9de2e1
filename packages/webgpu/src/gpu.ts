// The adapter: that of the page, or of Dawn in Node.
/// <reference types="@webgpu/types" />
import { DeviceError } from '@twilljs/tensor';

/** `GPUDevice` where a program's library or `@webgpu/types` declares it; elsewhere these declarations compile without. */
export type Gpu = typeof globalThis extends { GPUDevice: { prototype: infer D } } ? D : unknown;

/** What the optional peer `webgpu` exports. */
interface Dawn {
  create(options: string[]): GPU;
}

/** Workgroup memory starts as zeros by a loop: the extension costs software adapters seconds to compile. */
const toggles = ['disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension'];

let dawn: Promise<GPU> | undefined;

/** @throws DeviceError where there is no WebGPU, with what to do. */
async function open(): Promise<GPU> {
  const own = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (own) return own;
  if (typeof process === 'undefined' || !process.versions?.node) {
    throw new DeviceError(
      'webgpu: this page has no navigator.gpu; use a browser with WebGPU on https or localhost, or wasm().',
    );
  }
  dawn ??= openDawn().catch((error) => {
    dawn = undefined;
    throw error;
  });
  return dawn;
}

async function openDawn(): Promise<GPU> {
  const name = 'webgpu'; // a variable, so that no bundler looks for it
  try {
    const { create } = (await import(/* @vite-ignore */ name)) as Dawn;
    return create(toggles);
  } catch (cause) {
    const { code, message } = cause as { code?: string; message?: string };
    const why =
      code === 'ERR_MODULE_NOT_FOUND'
        ? 'Node has no WebGPU of its own; npm install webgpu'
        : `the package webgpu does not run here: ${message}; install it again`;
    throw new DeviceError(`webgpu: ${why}, or use wasm().`, { cause });
  }
}

/** Features that are used where an adapter has them. */
const features: readonly GPUFeatureName[] = ['timestamp-query'];
const limits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;

/**
 * The adapter of this machine.
 *
 * @param software whether a program on the processor, such as SwiftShader, is one.
 * @throws DeviceError where there is none, with what to do.
 */
export async function openAdapter(software: boolean): Promise<GPUAdapter> {
  if (!software && !mayHaveCard()) throw new DeviceError('webgpu: there is no graphics card here; use wasm().');
  const adapter = await (await open()).requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new DeviceError(
      'webgpu: there is no adapter here; a driver for Vulkan (on Linux with libvulkan1), Metal or Direct3D 12 is missing or blocked. Install one, or use wasm().',
    );
  }
  if (software || !isSoftware(adapter)) return adapter;
  throw new DeviceError(
    `webgpu: the only adapter is ${nameOf(adapter.info)}, a program on the processor; use wasm(), which is faster.`,
  );
}

/** Whether looking for an adapter is worth while: Dawn takes time, and writes to standard error where there is no driver at all. */
export function mayHaveCard(): boolean {
  if (typeof process === 'undefined' || process.platform !== 'linux') return true;
  const { existsSync } = process.getBuiltinModule('node:fs');
  return ['/dev/dri', '/dev/nvidia0', '/dev/dxg'].some((path) => existsSync(path));
}

/** SwiftShader, llvmpipe and WARP do not all say that they are fallbacks. */
function isSoftware({ info }: GPUAdapter): boolean {
  return (
    info.isFallbackAdapter ||
    /swiftshader|llvmpipe|basic render|warp/i.test(`${info.architecture} ${info.description} ${info.device}`)
  );
}

/** A device with as much as its adapter grants. @throws DeviceError where it gives none. */
export async function openGpu(adapter: GPUAdapter): Promise<GPUDevice> {
  try {
    return await adapter.requestDevice({
      requiredFeatures: features.filter((feature) => adapter.features.has(feature)),
      requiredLimits: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]])),
    });
  } catch (cause) {
    throw new DeviceError(
      `webgpu: ${nameOf(adapter.info)} gives no device: ${(cause as Error).message}; close what else uses it, or use wasm().`,
      { cause },
    );
  }
}

/** What an adapter calls itself. */
export function nameOf({ description, vendor, architecture }: GPUAdapterInfo): string {
  return description || [vendor, architecture].filter(Boolean).join(' ') || 'an adapter without a name';
}
