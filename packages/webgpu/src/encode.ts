// Launches as commands of a pass.
import type { Pipeline } from './pipelines.ts';
import type { Uniforms } from './records.ts';
import type { Timing } from './timer.ts';

/** A launch that is ready to be encoded. */
export interface Dispatch {
  readonly pipeline: Pipeline;
  /** Names the bind group of its heaps. */
  readonly heaps: string;
  readonly x: number;
  readonly y: number;
}

/** Dispatches from one on, up to another: the state of the pass is set where it changes. */
export function encode(
  pass: GPUComputePassEncoder,
  dispatches: readonly Dispatch[],
  { group, offsets }: Uniforms,
  [from, to]: readonly [number, number],
  groupOf: (heaps: string) => GPUBindGroup,
): void {
  let [pipeline, heaps]: [Pipeline | null, string] = [null, ''];
  for (let i = from; i < to; i++) {
    const dispatch = dispatches[i];
    if (dispatch.x === 0) continue;
    if (dispatch.pipeline !== pipeline) {
      pipeline = dispatch.pipeline;
      pass.setPipeline(pipeline.made!);
    }
    if (dispatch.heaps !== heaps) {
      heaps = dispatch.heaps;
      pass.setBindGroup(1, groupOf(heaps));
    }
    pass.setBindGroup(0, group, offsets, i, 1);
    pass.dispatchWorkgroups(dispatch.x, dispatch.y);
  }
}

/** The same with a pass for each, between two timestamps. */
export function encodeTimed(
  encoder: GPUCommandEncoder,
  dispatches: readonly Dispatch[],
  uniforms: Uniforms,
  [from, to]: readonly [number, number],
  groupOf: (heaps: string) => GPUBindGroup,
  timing: Timing,
): void {
  for (let i = from; i < to; i++) {
    const pass = encoder.beginComputePass(timing.pass(dispatches[i].pipeline.label));
    encode(pass, dispatches, uniforms, [i, i + 1], groupOf);
    pass.end();
  }
  timing.end(encoder);
}
