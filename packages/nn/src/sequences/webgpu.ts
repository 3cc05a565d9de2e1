// WebGPU kernels of padSequences and packSequences.
import { size } from '@twilljs/tensor';
import type { WebGpuKernel } from '@twilljs/webgpu';
import { pack, pad } from '../gen/sequences.wgsl.gen.ts';
import { elementUnits } from '../units.ts';
import type { PackAttrs, PadAttrs } from './op.ts';

export const padSequencesKernel: WebGpuKernel<PadAttrs> = {
  op: 'padSequences',
  plan([x, ranges], { length: L }) {
    const [B, T, ...rest] = x!.shape;
    const F = size(rest);
    const words = ranges!.shape[0] * L * F;
    return {
      launches: ([x, ranges], [y]) => [pad(elementUnits(words), { size: words, T, P: B * T, L, F, x, ranges, y })],
    };
  },
};

export const packSequencesKernel: WebGpuKernel<PackAttrs> = {
  op: 'packSequences',
  plan([x], { B, T }) {
    const [n, L, ...rest] = x!.shape;
    const [P, F] = [B * T, size(rest)];
    return {
      launches: ([x, ranges], [y]) => [pack(elementUnits(P * F), { size: P * F, n, T, P, L, F, x, ranges, y })],
    };
  },
};
