// The WebGPU kernel of logSumExp; its gradient is a softmax.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { logSumExp } from '../gen/softmax.wgsl.gen.ts';
import { sideBySide } from '../units.ts';

export const logSumExpKernel: WebGpuKernel<null> = {
  op: 'logSumExp',
  plan([x]) {
    const { units, ...sizes } = sideBySide(x!.shape);
    return { launches: ([x], [y]) => [logSumExp(units, { ...sizes, x, y })] };
  },
};
