// Kernels of matrix products.
import { size } from '@twilljs/tensor';
import type { WebGpuKernel } from '../kernel.ts';
import { products } from '../products.ts';

export const matmul: WebGpuKernel<{ transposeA: boolean; transposeB: boolean }> = {
  op: 'matmul',
  plan([a, b], { transposeA, transposeB }) {
    const [first, second] = a!.shape.slice(-2);
    const [rows, depth] = transposeA ? [second, first] : [first, second];
    const columns = b!.shape.at(transposeB ? -2 : -1)!;
    const batch = size(a!.shape.slice(0, -2));
    const half = b!.dtype === 'bf16';
    const { shared, launches } = products([{ rows, columns, depth }], { transposeA, transposeB, half, batch });
    return { shared, launches: ([a, b], [c], shared) => launches([{ a, b, c }], shared) };
  },
};
