// The device without an adapter: what it would run can be inspected.
import { type Device, type DeviceBuffer, meta, type Op, type Runner, type Spec, typedArray } from '@twilljs/tensor';
import type { Offers, Plan, Pointer, WebGpuKernel } from './kernel.ts';
import { primitiveKernels } from './primitives.ts';
import { offered } from './products.ts';

/** What an adapter with the least limits offers. */
export const leastOffers: Offers = { ...offered, workgroupBytes: 2 ** 14, invocations: 256 };

interface PlannedRunner extends Runner {
  readonly plan: Plan;
}

/**
 * A device whose memory is places without numbers and whose steps run nothing: what is read of it is 0. Its recordings say which launches
 * the kernels of an adapter with the least limits would make.
 *
 * @param kernels beyond the primitives.
 */
export function plannedDevice(kernels: readonly WebGpuKernel[]): Device {
  const table = new Map<string, WebGpuKernel>(
    [...Object.values(primitiveKernels), ...kernels].map((kernel) => [kernel.op, kernel]),
  );
  let next: Pointer = 256;
  return {
    ...meta(),
    name: 'planned',
    label: 'planned',
    fallbacks: new Map(),
    eager: false,
    find<A>(op: Op<A>, ins: readonly (Spec | null)[], attrs: A): Runner | string {
      const plan = table.get(op.name)?.plan(ins, attrs, leastOffers) ?? 'no kernel was given for it';
      if (typeof plan === 'string') return plan;
      const runner: PlannedRunner = { plan, scratch: plan.shared ?? 0, run() {} };
      return runner;
    },
    sequence: (ops) => ({
      run() {},
      rebind() {},
      inspect: () =>
        ops.map(({ runner, ins, outs, scratch }) => {
          const { plan } = runner as PlannedRunner;
          const places = ins.map((at) => (at ?? 0) as Pointer);
          return plan
            .launches(places, outs as Pointer[], (scratch ?? 0) as Pointer)
            .map(({ kernel, units }) => ({ kernel: `${kernel.module.name}/${kernel.name}`, units }));
        }),
      [Symbol.dispose]() {},
    }),
    allocate(bytes) {
      const at = next;
      next += 256 * Math.ceil((bytes + 1) / 256);
      return at;
    },
    view: (buffer: DeviceBuffer, byteOffset) => (buffer as Pointer) + byteOffset,
    read: async (_, dtype, length) => typedArray(dtype, new ArrayBuffer(4 * length), 0, length),
  };
}
