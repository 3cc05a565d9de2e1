// Element-wise kernels on a graphics card.
import { size } from '@twilljs/tensor';
import type { Launch, Pointer, WebGpuKernel } from '@twilljs/webgpu';
import { elementUnits } from './units.ts';

type Pointers = readonly Pointer[];

/** The kernel of an op on tensors of one shape, over all n elements alike. */
export function elementwise(
  op: string,
  launch: (units: number, n: number, ins: Pointers, outs: Pointers) => Launch,
): WebGpuKernel<null> {
  return {
    op,
    plan([x]) {
      const n = size(x!.shape);
      return { launches: (ins, outs) => [launch(elementUnits(n), n, ins, outs)] };
    },
  };
}
