// How long the host works on a recorded step, beside a bare loop of the same calls of WebGPU. Runs in Node and in a page.
import { compile, keep, ones, parameter, scope, type Tensor } from '@twilljs/tensor';
import type { WebGpuDevice } from '@twilljs/webgpu';

type Call = readonly [
  pipeline: GPUComputePipeline | null,
  heaps: GPUBindGroup | null,
  group: GPUBindGroup,
  offsets: Uint32Array,
  i: number,
  x: number,
  y: number,
];

/** The calls of what `run` submits. */
function callsOf(gpu: GPUDevice, run: () => void): Call[] {
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const prototype = Object.getPrototypeOf(pass) as GPUComputePassEncoder;
  pass.end();
  encoder.finish();
  const { setPipeline, setBindGroup, dispatchWorkgroups } = prototype;
  const calls: Call[] = [];
  let [pipeline, heaps]: [GPUComputePipeline | null, GPUBindGroup | null] = [null, null];
  let own: [GPUBindGroup, Uint32Array, number] | null = null;
  prototype.setPipeline = function (given) {
    pipeline = given;
    setPipeline.call(this, given);
  };
  prototype.setBindGroup = function (
    this: GPUComputePassEncoder,
    index: number,
    group: GPUBindGroup,
    ...rest: unknown[]
  ) {
    if (index === 1) heaps = group;
    else own = [group, rest[0] as Uint32Array, rest[1] as number];
    return (setBindGroup as (...args: unknown[]) => undefined).call(this, index, group, ...rest);
  } as typeof setBindGroup;
  prototype.dispatchWorkgroups = function (x, y) {
    calls.push([pipeline, heaps, ...own!, x, y ?? 1]);
    [pipeline, heaps] = [null, null];
    dispatchWorkgroups.call(this, x, y);
  };
  try {
    run();
  } finally {
    Object.assign(prototype, { setPipeline, setBindGroup, dispatchWorkgroups });
  }
  return calls;
}

function bare(gpu: GPUDevice, calls: readonly Call[]): void {
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const [pipeline, heaps, group, offsets, i, x, y] of calls) {
    if (pipeline) pass.setPipeline(pipeline);
    if (heaps) pass.setBindGroup(1, heaps);
    pass.setBindGroup(0, group, offsets, i, 1);
    pass.dispatchWorkgroups(x, y);
  }
  pass.end();
  gpu.queue.submit([encoder.finish()]);
}

export interface Overhead {
  readonly dispatches: number;
  /** Milliseconds for each 100 dispatches, the least of many: of the recorded step, and of the bare loop. */
  readonly step: number;
  readonly bare: number;
}

/** Of a recorded chain of small products and gates with its gradient, 480 dispatches, as many as a training step of eight layers has. */
export async function overhead(device: WebGpuDevice, samples: number): Promise<Overhead> {
  const { gpu } = device;
  const weights = Array.from({ length: 160 }, () => keep(parameter(ones([4, 4], { device }))));
  const x = keep(ones([4, 4], { device }));
  const step = compile(device, (x: Tensor) => weights.reduce((h, w) => h.matmul(w).sigmoid().add(h), x));
  for (let i = 0; i < 3; i++) scope(() => void step(x));
  await device.warmup();
  await gpu.queue.onSubmittedWorkDone();
  const run = () => scope(() => void step(x));
  const calls = callsOf(gpu, run);
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < samples; i++) {
    for (const [which, body] of [run, () => bare(gpu, calls)].entries()) {
      const began = performance.now();
      for (let n = 0; n < 5; n++) body();
      least[which] = Math.min(least[which], (performance.now() - began) / 5);
      await gpu.queue.onSubmittedWorkDone();
    }
  }
  const [own, loop] = least.map((ms) => (100 * ms) / calls.length);
  return { dispatches: calls.length, step: own, bare: loop };
}
