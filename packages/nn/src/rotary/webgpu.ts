// The WebGPU kernel of rotary, which is its own gradient.
import { size } from '@twilljs/tensor';
import type { WebGpuKernel } from '@twilljs/webgpu';
import { rotary } from '../gen/rotary.wgsl.gen.ts';
import { elementUnits } from '../units.ts';
import type { RotaryAttrs } from './op.ts';

export const rotaryKernel: WebGpuKernel<RotaryAttrs> = {
  op: 'rotary',
  plan([x, cos, , ranges], { inverse }) {
    const [B, T, H, D] = x!.shape;
    const P = B * T;
    const half = D / 2;
    const pairs = P * H * half;
    const turns = size(cos!.shape.slice(0, -1));
    const sizes = { size: pairs, n: ranges ? ranges.shape[0] : B, T, P, H, half, turns, inverse: Number(inverse) };
    return {
      launches: ([x, cos, sin, ranges], [y]) => [rotary(elementUnits(pairs), { ...sizes, x, cos, sin, ranges, y })],
    };
  },
};
