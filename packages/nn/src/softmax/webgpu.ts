// WebGPU kernels of softmax.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { softmax, softmaxGrad } from '../gen/softmax.wgsl.gen.ts';
import { sideBySide } from '../units.ts';

export const softmaxKernel: WebGpuKernel<null> = {
  op: 'softmax',
  plan([x]) {
    const { units, ...sizes } = sideBySide(x!.shape);
    return { launches: ([x], [y]) => [softmax(units, { ...sizes, x, y })] };
  },
};

export const softmaxGradKernel: WebGpuKernel<null> = {
  op: 'softmaxGrad',
  plan([, y]) {
    const { units, ...sizes } = sideBySide(y!.shape);
    return { launches: ([dy, y], [dx]) => [softmaxGrad(units, { ...sizes, dy, y, dx })] };
  },
};
