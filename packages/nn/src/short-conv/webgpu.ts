// WebGPU kernels of shortConv.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { convolutionsGradOf, convolutionsOf } from '../convolutions.ts';
import type { ShortConvAttrs } from './op.ts';

export const shortConvKernel: WebGpuKernel<ShortConvAttrs> = {
  op: 'shortConv',
  plan([x, weight, , h0, ranges], { activation }, offers) {
    const launches = convolutionsOf([{ x: x!, weight: weight!, activation }], ranges, h0 !== null, offers);
    return {
      launches: ([x, weight, bias, h0, ranges], [y, state]) =>
        launches([{ x, weight, h0, y, state }], { bias, ranges }),
    };
  },
};

export const shortConvGradKernel: WebGpuKernel<ShortConvAttrs> = {
  op: 'shortConvGrad',
  plan([, , x, weight, bias, h0, ranges], { activation }, offers) {
    const convolutions = [{ x: x!, weight: weight!, activation }];
    const given = { before: h0 !== null, biased: bias !== null };
    return convolutionsGradOf(convolutions, ranges, given, offers, (ins, outs) => {
      const [dy, dstate, x, weight, bias, h0, ranges] = ins;
      const [dx, dweight, ...others] = outs;
      const [dbias, dh0] = given.biased ? others : [0, others[0]];
      const places = [{ x, weight, h0, dy, dstate, dx, dweight, dh0: dh0 ?? 0 }];
      return { places, common: { bias, ranges, dbias } };
    });
  },
};
