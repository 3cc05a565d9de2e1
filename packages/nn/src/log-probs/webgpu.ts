// The WebGPU kernel of logProbs; its gradient is that of the definition.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { logProbs } from '../gen/softmax.wgsl.gen.ts';
import { sideBySide } from '../units.ts';

export const logProbsKernel: WebGpuKernel<null> = {
  op: 'logProbs',
  plan([logits, labels]) {
    const { units, ...sizes } = sideBySide(logits!.shape);
    const K = labels!.shape.at(-1)!;
    return {
      launches: ([x, labels], [y, best]) => [logProbs(units, { ...sizes, K, x, labels, y, best })],
    };
  },
};
