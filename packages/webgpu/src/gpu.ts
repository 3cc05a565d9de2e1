// The adapter: that of the page, or of Dawn in Node.
/// <reference types="@webgpu/types" />
import { DeviceError } from '@twilljs/tensor';

/** What the optional peer `webgpu` exports. */
interface Dawn {
  create(options: string[]): GPU;
}

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
  const name = 'webgpu'; // a variable, so that no bundler looks for it
  dawn ??= (import(/* @vite-ignore */ name) as Promise<Dawn>).then(
    ({ create }) => create([]),
    (cause: Error) => {
      dawn = undefined;
      throw new DeviceError('webgpu: Node has no WebGPU of its own; npm install webgpu, or use wasm().', { cause });
    },
  );
  return dawn;
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

/** The adapter of this machine. @throws DeviceError where there is none, with what to do. */
export async function openAdapter(): Promise<GPUAdapter> {
  const adapter = await (await open()).requestAdapter({ powerPreference: 'high-performance' });
  if (adapter) return adapter;
  throw new DeviceError(
    'webgpu: there is no adapter here; a driver for Vulkan, Metal or Direct3D 12 is missing or blocked. Use wasm() on this machine.',
  );
}

/** A device with as much as its adapter grants. */
export async function openGpu(adapter: GPUAdapter): Promise<GPUDevice> {
  return adapter.requestDevice({
    requiredFeatures: features.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]])),
  });
}

/** What an adapter calls itself. */
export function nameOf({ description, vendor, architecture }: GPUAdapterInfo): string {
  return description || [vendor, architecture].filter(Boolean).join(' ') || 'an adapter without a name';
}
