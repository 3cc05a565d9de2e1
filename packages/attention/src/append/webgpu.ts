// Kernels of append and of its gradient for the WebGPU device.
import { size } from '@twilljs/tensor';
import type { WebGpuKernel } from '@twilljs/webgpu';
import { backward, forward, update } from '../gen/append.wgsl.gen.ts';

/** Workgroups over n elements. */
const elementUnits = (n: number): number => Math.ceil(n / 256);

export const appendKernel: WebGpuKernel<null> = {
  op: 'append',
  plan([buffer, x, , ranges]) {
    const [n, C] = buffer!.shape;
    const [B, each] = x!.shape;
    const T = ranges ? B * each : each;
    const row = size(buffer!.shape.slice(2));
    const [all, fresh] = [n * C * row, n * Math.min(C, T) * row];
    return {
      launches([buffer, x, position, ranges], [y]) {
        const given = { n, C, T, row, x, position, ranges, y };
        if (y === buffer) return [update(elementUnits(fresh), { ...given, count: fresh })];
        return [forward(elementUnits(all), { ...given, count: all, buffer })];
      },
    };
  },
};

export const appendGradKernel: WebGpuKernel<{ B: number; T: number }> = {
  op: 'appendGrad',
  plan([dy, , ranges], { B, T: each }) {
    const [n, C] = dy!.shape;
    const T = ranges ? B * each : each;
    const row = size(dy!.shape.slice(2));
    const count = (n * C + B * each) * row;
    return {
      launches: ([dy, position, ranges], [dbuffer, dx]) => [
        backward(elementUnits(count), { n, C, T, row, count, dy, position, ranges, dbuffer, dx }),
      ],
    };
  },
};
