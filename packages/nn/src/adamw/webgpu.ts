// The WebGPU kernels of adamw and of its counter.
import { size } from '@twilljs/tensor';
import type { WebGpuKernel } from '@twilljs/webgpu';
import * as launches from '../gen/adamw.wgsl.gen.ts';
import { elementUnits } from '../units.ts';
import type { AdamWAttrs } from './op.ts';

export const adamwKernel: WebGpuKernel<AdamWAttrs> = {
  op: 'adamw',
  plan([param], { beta1, beta2, eps, weight_decay: decay, lr = 1, scale = 1 }) {
    const n = size(param!.shape);
    // 1 - beta is formed in f64: near 1, f32 has too few digits left.
    const constants = { beta1, share1: 1 - beta1, beta2, share2: 1 - beta2, eps, decay, lr, scale };
    return {
      launches: ([param, grad, m, v, hyper, count, factor]) => [
        launches.adamw(elementUnits(n), { n, param, grad, m, v, hyper, count, factor, ...constants }),
      ],
    };
  },
};

export const advanceKernel: WebGpuKernel<null> = {
  op: 'advance',
  plan: () => ({ launches: ([count, factor]) => [launches.advance(1, { count, factor })] }),
};
