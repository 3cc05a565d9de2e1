// Kernels of elementwise and its gradient: one dispatch for a chunk, three for more.
import type { Spec } from '@twilljs/tensor';
import type { Plan, WebGpuKernel } from '@twilljs/webgpu';
import { alone, backAlone, backJoin, backRun, join, run } from '../gen/elementwise.wgsl.gen.ts';
import { slotsOf, timeOf } from '../ranges.ts';

const C = 64;

interface Frame {
  readonly size: { readonly n: number; readonly P: number; readonly D: number };
  /** Units: of chunks, and of sequences. */
  readonly chunks: number;
  readonly sequences: number;
  /** Numbers kept of all chunks: where a chunk is a whole sequence none is needed. */
  readonly kept: number;
}

function frameOf(g: Spec, ranges: Spec | null): Frame {
  const [B, T, D] = g.shape;
  const { n, P } = timeOf(B, T, ranges?.shape);
  const slots = slotsOf(C, { n, P, T }, !!ranges);
  const blocks = Math.ceil(D / 64);
  const kept = T <= C && !ranges ? 0 : slots * D;
  return { size: { n, P, D }, chunks: slots * blocks, sequences: n * blocks, kept };
}

export const elementwiseKernel: WebGpuKernel<object> = {
  op: 'elementwise',
  plan([, g, , ranges]): Plan {
    const { size, chunks, sequences, kept } = frameOf(g!, ranges);
    return {
      shared: 8 * kept,
      launches([x, g, h0, ranges], [y, state], wholes) {
        const args = { ...size, x, g, h0, ranges, y, state, wholes, carries: kept && wholes + 4 * kept };
        return kept ? [alone(chunks, args), join(sequences, args), run(chunks, args)] : [run(chunks, args)];
      },
    };
  },
};

export const elementwiseGradKernel: WebGpuKernel<object> = {
  op: 'elementwiseGrad',
  plan([, , g, , , ranges]): Plan {
    const { size, chunks, sequences, kept } = frameOf(g!, ranges);
    return {
      shared: 8 * kept,
      launches([dy, dstate, g, h0, y, ranges], [dx, dg, dh], wholes) {
        const carries = kept && wholes + 4 * kept;
        const args = { ...size, dy, dstate, g, h0, y, ranges, dx, dg, dh0: h0 && dh, wholes, carries };
        return kept
          ? [backAlone(chunks, args), backJoin(sequences, args), backRun(chunks, args)]
          : [backRun(chunks, args)];
      },
    };
  },
};
