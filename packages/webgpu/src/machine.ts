// What runs plans: once, or as a sequence whose launches are prepared.
import type { BoundOp, DeviceBuffer, OpSequence, Runner } from '@twilljs/tensor';
import type { Dispatch } from './encode.ts';
import type { Launch, Plan, Pointer } from './kernel.ts';
import type { Pipeline } from './pipelines.ts';
import type { Queue } from './queue.ts';
import { Records, Uniforms } from './records.ts';

export interface WebGpuRunner extends Runner {
  readonly plan: Plan;
}

export function runnerOf(plan: Plan, queue: () => Queue): WebGpuRunner {
  return {
    plan,
    scratch: plan.shared ?? 0,
    run(ins, outs, scratch) {
      const launches = plan.launches(pointers(ins), outs as readonly Pointer[], (scratch ?? 0) as Pointer);
      for (const launch of launches) queue().launch(launch);
    },
  };
}

/** Ops whose launches are prepared once and run again and again. */
export function sequenceOn(queue: Queue, ops: readonly BoundOp[]): OpSequence {
  const launches = ops.map(launchesOf);
  const all = launches.flat();
  const firsts = launches.map((_, i) => launches.slice(0, i).reduce((sum, list) => sum + list.length, 0));
  const dispatches = all.map((launch) => queue.dispatchOf(launch));
  let unmade: readonly Pipeline[] = dispatches.map(({ pipeline }) => pipeline);
  const records = new Records(Math.max(1, all.length));
  all.forEach((launch, i) => {
    records.write(i, launch);
  });
  const uniforms = new Uniforms(queue.gpu, queue.pipelines.argsLayout, Math.max(1, all.length));
  queue.enqueue([], () => uniforms.write(0, records.bytes));
  return {
    run() {
      queue.flush();
      queue.enqueue(unmade, () => queue.submit(dispatches, uniforms));
      unmade = unmade.filter(({ made }) => !made);
    },
    rebind(i, op) {
      const list = launchesOf(op);
      const own = new Records(list.length);
      const replaced = list.map((launch, n): Dispatch => {
        own.write(n, launch);
        return queue.dispatchOf(launch);
      });
      unmade = [...unmade, ...replaced.map(({ pipeline }) => pipeline)];
      queue.enqueue([], () => {
        uniforms.write(firsts[i], own.bytes);
        dispatches.splice(firsts[i], replaced.length, ...replaced);
      });
    },
    inspect: () =>
      launches.map((list) =>
        list.map(({ kernel, units }) => ({ kernel: `${kernel.module.name}/${kernel.name}`, units })),
      ),
    [Symbol.dispose]() {
      if (!queue.failure) queue.enqueue([], () => uniforms.destroy());
    },
  };
}

function launchesOf({ runner, ins, outs, scratch }: BoundOp): readonly Launch[] {
  const { plan } = runner as WebGpuRunner;
  return plan.launches(pointers(ins), outs as readonly Pointer[], (scratch ?? 0) as Pointer);
}

/** Absent inputs are 0. */
function pointers(ins: readonly (DeviceBuffer | null)[]): Pointer[] {
  return ins.map((at) => (at ?? 0) as Pointer);
}
