// WebGPU kernels of shortConv.
import type { Spec } from '@twilljs/tensor';
import type { WebGpuKernel } from '@twilljs/webgpu';
import { totals } from '../columns.ts';
import { backward, forward } from '../gen/short-conv.wgsl.gen.ts';
import { elementUnits } from '../units.ts';
import type { ShortConvAttrs } from './op.ts';

/** Positions of a block of the gradient, as in the kernel. */
const rows = 32;

/** n sequences in P positions, of T each where there are no ranges. */
function sizesOf(x: Spec, weight: Spec, ranges: Spec | null, { activation }: ShortConvAttrs) {
  const [B, T, D] = x.shape;
  const silu = Number(activation === 'silu');
  return { n: ranges ? ranges.shape[0] : B, T, P: B * T, D, W: weight.shape[1], silu };
}

export const shortConvKernel: WebGpuKernel<ShortConvAttrs> = {
  op: 'shortConv',
  plan([x, weight, , h0, ranges], attrs) {
    const sizes = sizesOf(x!, weight!, ranges, attrs);
    const { n, P, D } = sizes;
    const blocks = elementUnits(P * D);
    const states = Math.ceil((n * D) / 64);
    // Sequences of a few tokens, as in decoding, are gone through by the lanes that leave the states.
    const together = P <= 4 * n;
    return {
      launches([x, weight, bias, h0At, ranges], [y, state]) {
        const given = { ...sizes, x, weight, bias, h0: h0At, ranges, y, state };
        const launch = (blocks: number, states: number) =>
          forward(blocks + states, { ...given, blocks, together: Number(together) });
        if (together) return [launch(0, states)];
        // A state may lie where h0 does, which all must have read first.
        return h0 ? [launch(blocks, 0), launch(0, states)] : [launch(blocks, states)];
      },
    };
  },
};

export const shortConvGradKernel: WebGpuKernel<ShortConvAttrs> = {
  op: 'shortConvGrad',
  plan([, , x, weight, bias, , ranges], attrs) {
    const sizes = sizesOf(x!, weight!, ranges, attrs);
    const { n, P, D, W } = sizes;
    const tiles = Math.ceil(D / 64);
    const blocks = Math.ceil(P / rows);
    const columns = D * W + (bias ? D : 0);
    const keptAt = 256 * Math.ceil((4 * blocks * columns) / 256);
    return {
      shared: keptAt + 4 * blocks * (rows + W - 1) * D,
      launches([dy, dstate, x, weight, bias, h0, ranges], [dx, dweight, ...others], sums) {
        const given = { ...sizes, tiles, blocks, x, weight, bias, h0, ranges, dy, dstate };
        const [dbias, dh0] = bias ? others : [0, others[0]];
        return [
          backward((blocks + (h0 ? n : 0)) * tiles, { ...given, dx, dh0: dh0 ?? 0, sums, kept: sums + keptAt }),
          totals({ partials: blocks, n: columns, first: D * W }, { sums, y: dweight, rest: dbias }),
        ];
      },
    };
  },
};
