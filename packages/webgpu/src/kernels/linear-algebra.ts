// Matrix product, triangular solve, cumulative sum.
import { around, type Reduction, size } from '@twilljs/tensor';
import { cumsum as cumsumOf } from '../gen/cumsum.wgsl.gen.ts';
import { reduce } from '../gen/reduce.wgsl.gen.ts';
import { solveTril as solveTrilOf } from '../gen/solve.wgsl.gen.ts';
import type { Launch, Pointer, WebGpuKernel } from '../kernel.ts';
import { panelsOf } from '../panels.ts';
import { aligned } from '../units.ts';

export const matmul: WebGpuKernel<{ transposeA: boolean; transposeB: boolean }> = {
  op: 'matmul',
  plan([a, b], { transposeA, transposeB }, { products }) {
    const [first, second] = a!.shape.slice(-2);
    const [rows, depth] = transposeA ? [second, first] : [first, second];
    const columns = b!.shape.at(transposeB ? -2 : -1)!;
    const batch = size(a!.shape.slice(0, -2));
    const half = b!.dtype === 'bf16';
    const { shared, launches } = products([{ rows, columns, depth }], { transposeA, transposeB, half, batch });
    return { shared, launches: ([a, b], [c], shared) => launches([{ a, b, c }], shared) };
  },
};

export const solveTril: WebGpuKernel<{ transpose: boolean }> = {
  op: 'solveTril',
  plan([m, r], attrs) {
    const C = m!.shape.at(-1)!;
    const N = r!.shape.at(-1)!;
    const units = size(m!.shape.slice(0, -2)) * Math.ceil(N / 64);
    const transpose = Number(attrs.transpose);
    return { launches: ([m, r], [x]) => [solveTrilOf(units, { C, N, transpose, m, r, x })] };
  },
};

/** The sums of blocks, one after the other in `shared`, are scanned in place. @returns how many bytes of it, and the launches. */
function scans(
  along: Reduction,
  reverse: number,
): { shared: number; launches(x: Pointer, y: Pointer, shared: Pointer): Launch[] } {
  const { units, panels } = panelsOf(along);
  const { outer, blocks, inner } = panels;
  if (blocks === 1) {
    return { shared: 0, launches: (x, y) => [cumsumOf(units, { ...panels, reverse, x, sums: 0, y })] };
  }
  const own = aligned(4 * outer * blocks * inner);
  const ofBlocks = scans({ outer, n: blocks, inner }, reverse);
  return {
    shared: own + ofBlocks.shared,
    launches: (x, y, sums) => [
      reduce(units, { ...panels, op: 0, x, y: sums }),
      ...ofBlocks.launches(sums, sums, sums + own),
      cumsumOf(units, { ...panels, reverse, x, sums, y }),
    ],
  };
}

export const cumsum: WebGpuKernel<{ axis: number; reverse: boolean }> = {
  op: 'cumsum',
  plan([x], { axis, reverse }) {
    const [outer, n, inner] = around(x!.shape, axis);
    const { shared, launches } = scans({ outer, n, inner }, Number(reverse));
    return { shared, launches: ([x], [y], shared) => launches(x, y, shared) };
  },
};
