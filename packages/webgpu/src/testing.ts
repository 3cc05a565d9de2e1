// @twilljs/webgpu/testing: the device in tests, where the machine has an adapter; and plans, for which it needs none.
import { DeviceError, type Op, type Spec } from '@twilljs/tensor';
import { type WebGpuDevice, webgpu } from './device.ts';
import { mayHaveCard } from './gpu.ts';
import type { Launch, Pointer, WebGpuKernel } from './kernel.ts';
import type { WebGpuOptions } from './options.ts';
import { leastOffers } from './planned.ts';
import { primitiveKernels } from './primitives.ts';

export { leastOffers, plannedDevice } from './planned.ts';

/** What must be there, by the variable TWILL_REQUIRE: a list such as `chromium,webgpu`. A page, which has no variables, is opened for it. */
function isRequired(): boolean {
  return typeof process === 'undefined' || (process.env.TWILL_REQUIRE ?? '').split(',').includes('webgpu');
}

/** Whether looking for an adapter is quiet: without a card, a driver must have been named. */
function mayHaveAdapter(): boolean {
  const { VK_ICD_FILENAMES, VK_DRIVER_FILES } = process.env;
  return mayHaveCard() || (VK_ICD_FILENAMES ?? VK_DRIVER_FILES) !== undefined;
}

/**
 * The device as an entry of a table of devices, with memory that starts as NaN, or nothing where this machine has no adapter.
 *
 * @throws DeviceError where TWILL_REQUIRE asks for one, and in a page.
 */
export async function webgpuDevices(options: WebGpuOptions = {}): Promise<[name: string, device: WebGpuDevice][]> {
  if (!isRequired() && !mayHaveAdapter()) return [];
  try {
    return [['webgpu', await webgpu({ poison: true, ...options })]];
  } catch (error) {
    if (error instanceof DeviceError && !isRequired()) return [];
    throw error;
  }
}

/** What ops are planned to run, for shapes alone: no adapter is needed. */
export function planner(
  kernels: readonly WebGpuKernel[],
): (op: Op, ins: readonly (Spec | null)[], attrs: unknown) => readonly Launch[] | string {
  const table = new Map<string, WebGpuKernel>(
    [...Object.values(primitiveKernels), ...kernels].map((kernel) => [kernel.op, kernel]),
  );
  return (op, ins, attrs) => {
    const plan = table.get(op.name)?.plan(ins, attrs, leastOffers) ?? 'no kernel was given for it';
    if (typeof plan === 'string') return plan;
    let next = 0;
    const place = (): Pointer => 2 ** 20 * ++next;
    const outs = op.shape(
      ins.map((spec) => spec?.shape ?? null),
      attrs,
    );
    return plan.launches(
      ins.map((spec) => (spec ? place() : 0)),
      outs.map(place),
      place(),
    );
  };
}
