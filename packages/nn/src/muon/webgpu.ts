// The WebGPU kernels of both ends of a step of Muon.
import { size } from '@twilljs/tensor';
import type { WebGpuKernel } from '@twilljs/webgpu';
import { momentum, update } from '../gen/muon.wgsl.gen.ts';
import { elementUnits } from '../units.ts';
import type { MomentumAttrs, MoveAttrs } from './op.ts';

export const muonMomentumKernel: WebGpuKernel<MomentumAttrs> = {
  op: 'muonMomentum',
  plan([grad], { momentum: beta, nesterov, scale }) {
    const n = size(grad!.shape);
    // 1 - beta is formed in f64: near 1, f32 has too few digits left.
    const constants = { beta, share: 1 - beta, nesterov: Number(nesterov), scale };
    return {
      launches: ([grad, m, factor], [, y]) => [momentum(elementUnits(n), { n, grad, m, y, factor, ...constants })],
    };
  },
};

export const muonMoveKernel: WebGpuKernel<MoveAttrs> = {
  op: 'muonMove',
  plan([param], { weight_decay: decay, lr, ratio }) {
    const n = size(param!.shape);
    return {
      launches: ([param, y, hyper, count, factor]) => [
        update(elementUnits(n), { n, param, y, hyper, count, factor, decay, lr, ratio }),
      ],
    };
  },
};
