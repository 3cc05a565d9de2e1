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

/** Launches of ops that are ready: dispatches, and their arguments on the adapter. */
interface Prepared {
  readonly dispatches: Dispatch[];
  readonly uniforms: Uniforms;
  /** Of each op, its first launch. */
  readonly firsts: readonly number[];
}

function prepare(queue: Queue, ops: readonly (readonly Launch[])[]): Prepared {
  const launches = ops.flat();
  let count = 0;
  const firsts = ops.map((list) => {
    count += list.length;
    return count - list.length;
  });
  const dispatches = launches.map((launch) => queue.dispatchOf(launch));
  const records = new Records(Math.max(1, count));
  launches.forEach((launch, i) => {
    records.write(i, launch);
  });
  const uniforms = new Uniforms(queue.gpu, queue.pipelines.argsLayout, Math.max(1, count));
  queue.enqueue([], () => uniforms.write(0, records.bytes));
  return { dispatches, uniforms, firsts };
}

const pipelinesOf = (dispatches: readonly Dispatch[]): Pipeline[] => dispatches.map(({ pipeline }) => pipeline);

/** Ops whose launches are prepared once and run again and again. */
export function sequenceOn(queue: Queue, ops: readonly BoundOp[]): OpSequence {
  const launches = ops.map(launchesOf);
  let prepared = prepare(queue, launches);
  let unmade: readonly Pipeline[] = pipelinesOf(prepared.dispatches);
  const dispose = ({ uniforms }: Prepared) => queue.enqueue([], () => uniforms.destroy());
  return {
    run() {
      const { dispatches, uniforms } = prepared;
      queue.flush();
      queue.enqueue(unmade, () => queue.submit(dispatches, uniforms));
      unmade = unmade.filter(({ made }) => !made);
    },
    rebind(i, op) {
      const list = launchesOf(op);
      const isMoved = list.length !== launches[i].length;
      launches[i] = list;
      if (isMoved) {
        // An op may take one launch where its operands lie in one heap, and more where they do not.
        dispose(prepared);
        prepared = prepare(queue, launches);
        unmade = pipelinesOf(prepared.dispatches);
        return;
      }
      const { dispatches, uniforms, firsts } = prepared;
      const own = new Records(list.length);
      const replaced = list.map((launch, n): Dispatch => {
        own.write(n, launch);
        return queue.dispatchOf(launch);
      });
      unmade = [...unmade, ...pipelinesOf(replaced)];
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
      if (!queue.failure) dispose(prepared);
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
