// Matrix product, triangular solve, cumulative sum.
import { size } from '@twilljs/tensor';
import { around } from '../axes.ts';
import { module as gemm } from '../gen/gemm.gen.ts';
import { module as scan } from '../gen/scan.gen.ts';
import { module as solve } from '../gen/solve.gen.ts';
import type { WasmKernel } from '../kernel.ts';

/**
 * Bytes of scratch for products with K inner elements and N columns, in any module that uses `lib/gemm`: an edge tile, a panel of A
 * and a packed block of B. The numbers are those of `lib/pack`.
 */
export function gemmScratch(N: number, K: number): number {
  return 256 + 32 * 256 + 4 * Math.min(K, 256) * 8 * Math.ceil(Math.min(N, 512) / 8);
}

export const matmul: WasmKernel<{ transposeA: boolean; transposeB: boolean }> = {
  op: 'matmul',
  module: gemm,
  plan([a, b], { transposeA, transposeB }) {
    const [rows, columns] = a!.shape.slice(-2);
    const [M, K] = transposeA ? [columns, rows] : [rows, columns];
    const N = b!.shape.at(transposeB ? -2 : -1)!;
    const batch = size(a!.shape.slice(0, -2));
    const [ars, acs] = transposeA ? [1, M] : [K, 1];
    const [brs, bcs] = transposeB ? [1, K] : [N, 1];
    return {
      scratch: gemmScratch(N, K),
      run(exports, [a, b], [y], scratch) {
        exports.matmul(batch, M, N, K, a, ars, acs, M * K, b, brs, bcs, K * N, y, scratch);
      },
    };
  },
};

export const solveTril: WasmKernel<{ transpose: boolean }> = {
  op: 'solveTril',
  module: solve,
  plan([m, r], { transpose }) {
    const batch = size(m!.shape.slice(0, -2));
    const C = m!.shape.at(-1)!;
    const N = r!.shape.at(-1)!;
    return {
      scratch: 0,
      run(exports, [m, r], [x]) {
        exports.solveTril(batch, C, N, +transpose, m, r, x);
      },
    };
  },
};

export const cumsum: WasmKernel<{ axis: number; reverse: boolean }> = {
  op: 'cumsum',
  module: scan,
  plan([x], { axis, reverse }) {
    const [outer, n, inner] = around(x!.shape, axis);
    return {
      scratch: 0,
      run(exports, [x], [y]) {
        if (inner === 1) exports.cumsumLast(outer, n, +reverse, x, y);
        else exports.cumsumMiddle(outer, n, inner, +reverse, x, y);
      },
    };
  },
};
