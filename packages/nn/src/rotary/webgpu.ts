// WebGPU kernels of rotary and rotaries, which are their own gradients.
import { type Spec, size } from '@twilljs/tensor';
import type { WebGpuKernel } from '@twilljs/webgpu';
import { rotary } from '../gen/rotary.wgsl.gen.ts';
import type { RotariesAttrs } from '../rotaries/op.ts';
import { elementUnits } from '../units.ts';
import type { RotaryAttrs } from './op.ts';

/** A launch over the pairs of x, and of a second tensor if there is one. */
function turnOf(x: Spec, second: Spec | null, cos: Spec, ranges: Spec | null, inverse: boolean) {
  const [B, T, H, D] = x.shape;
  const P = B * T;
  const half = D / 2;
  const H1 = second?.shape[2] ?? 0;
  const pairs = P * (H + H1) * half;
  const turns = size(cos.shape.slice(0, -1));
  const n = ranges ? ranges.shape[0] : B;
  const sizes = { size: pairs, first: P * H * half, H1, n, T, P, H, half, turns, inverse: Number(inverse) };
  return (operands: Record<'x' | 'y' | 'cos' | 'sin' | 'ranges', number>, { x1 = 0, y1 = 0 } = {}) =>
    rotary(elementUnits(pairs), { ...sizes, x1, y1, ...operands });
}

export const rotaryKernel: WebGpuKernel<RotaryAttrs> = {
  op: 'rotary',
  plan([x, cos, , ranges], { inverse }) {
    const turn = turnOf(x!, null, cos!, ranges, inverse);
    return { launches: ([x, cos, sin, ranges], [y]) => [turn({ x, y, cos, sin, ranges })] };
  },
};

export const rotariesKernel: WebGpuKernel<RotariesAttrs> = {
  op: 'rotaries',
  plan([q, k, cos, , ranges], { inverse }, { behind }) {
    const both = turnOf(q!, k!, cos!, ranges, inverse);
    const [first, second] = [q!, k!].map((x) => turnOf(x, null, cos!, ranges, inverse));
    return {
      launches([q, k, cos, sin, ranges], [qy, ky]) {
        const [x1, y1] = [behind(q, k), behind(qy, ky)];
        const tables = { cos, sin, ranges };
        if (x1 !== null && y1 !== null) return [both({ x: q, y: qy, ...tables }, { x1, y1 })];
        return [first({ x: q, y: qy, ...tables }), second({ x: k, y: ky, ...tables })];
      },
    };
  },
};
