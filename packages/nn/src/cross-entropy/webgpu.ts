// WebGPU kernels of crossEntropy.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { lossGrad, lossOfRows, mean, share } from '../gen/softmax.wgsl.gen.ts';
import { sideBySide } from '../units.ts';

export const crossEntropyKernel: WebGpuKernel<null> = {
  op: 'crossEntropy',
  plan([logits]) {
    const { units, ...sizes } = sideBySide(logits!.shape);
    const { rows } = sizes;
    return {
      shared: 4 * rows,
      launches: ([x, labels], [loss], losses) => [
        lossOfRows(units, { ...sizes, x, labels, losses }),
        mean(1, { rows, labels, losses, loss }),
      ],
    };
  },
};

export const crossEntropyGradKernel: WebGpuKernel<null> = {
  op: 'crossEntropyGrad',
  plan([, logits]) {
    const { units, ...sizes } = sideBySide(logits!.shape);
    const { rows } = sizes;
    return {
      shared: 4,
      launches: ([dloss, x, labels], [dx], each) => [
        share(1, { rows, labels, dloss, each }),
        lossGrad(units, { ...sizes, each, x, labels, dx }),
      ],
    };
  },
};
