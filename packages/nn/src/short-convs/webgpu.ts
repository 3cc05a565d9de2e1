// WebGPU kernels of shortConvs.
import type { Spec } from '@twilljs/tensor';
import type { WebGpuKernel } from '@twilljs/webgpu';
import { type Convolution, convolutionsGradOf, convolutionsOf } from '../convolutions.ts';
import { parts, type ShortConvsAttrs } from './op.ts';

const convolutions = (ins: readonly (Spec | null)[], { activations }: ShortConvsAttrs): Convolution[] =>
  parts.map((i) => ({ x: ins[i]!, weight: ins[3 + i]!, activation: activations[i] }));

export const shortConvsKernel: WebGpuKernel<ShortConvsAttrs> = {
  op: 'shortConvs',
  plan(ins, attrs, offers) {
    const launches = convolutionsOf(convolutions(ins, attrs), ins[9], ins[6] !== null, offers);
    return {
      launches: (ins, outs) =>
        launches(
          parts.map((i) => ({ x: ins[i], weight: ins[3 + i], h0: ins[6 + i], y: outs[i], state: outs[3 + i] })),
          { bias: 0, ranges: ins[9] },
        ),
    };
  },
};

export const shortConvsGradKernel: WebGpuKernel<ShortConvsAttrs> = {
  op: 'shortConvsGrad',
  plan([, , , , , , ...ins], attrs, offers) {
    const given = { before: ins[6] !== null, biased: false };
    return convolutionsGradOf(convolutions(ins, attrs), ins[9], given, offers, (all, outs) => {
      const ins = all.slice(6);
      const places = parts.map((i) => ({
        ...{ x: ins[i], weight: ins[3 + i], h0: ins[6 + i], dy: all[i], dstate: all[3 + i] },
        ...{ dx: outs[i], dweight: outs[3 + i], dh0: outs[6 + i] ?? 0 },
      }));
      return { places, common: { bias: 0, ranges: ins[9] } };
    });
  },
};
