// Matrix product, triangular solve, cumulative sum.
import { around, size } from '@twilljs/tensor';
import {
  type Formulas as GemmFormulas,
  module as gemm,
  matmulBF16,
  matmul as matmulOf,
  multiply,
  packBF16,
  pack as packOf,
} from '../gen/gemm.gen.ts';
import { cumsumLast, cumsumMiddle, type Formulas as ScanFormulas, module as scan } from '../gen/scan.gen.ts';
import { module as solve, solveTril as solveTrilOf } from '../gen/solve.gen.ts';
import type { WasmKernel } from '../kernel.ts';

export const matmul: WasmKernel<{ transposeA: boolean; transposeB: boolean }, GemmFormulas> = {
  op: 'matmul',
  module: gemm,
  plan([a, b], { transposeA, transposeB }, { productUnits, packUnits, packedBytes, gemmScratch }) {
    const [rows, columns] = a!.shape.slice(-2);
    const [M, K] = transposeA ? [columns, rows] : [rows, columns];
    const N = b!.shape.at(transposeB ? -2 : -1)!;
    const [ars, acs] = transposeA ? [1, M] : [K, 1];
    const [brs, bcs] = transposeB ? [1, K] : [N, 1];
    const batch = size(a!.shape.slice(0, -2));
    const units = batch * productUnits(M, N);
    const own = gemmScratch(M, N, K);
    const bf16 = b!.dtype === 'bf16';
    const shared = batch === 1 ? packedBytes(M, N, K) : 0;
    if (shared > 0) {
      const pack = bf16 ? packBF16 : packOf;
      return {
        shared,
        own,
        launches: ([a, b], [c], packed) => [
          pack(packUnits(M, N, K), { N, K, b, brs, bcs, packed }),
          multiply(units, { M, N, K, a, ars, acs, packed, c }),
        ],
      };
    }
    const [as, bs] = [M * K, K * N];
    const launch = bf16 ? matmulBF16 : matmulOf;
    return { own, launches: ([a, b], [c]) => [launch(units, { M, N, K, a, ars, acs, as, b, brs, bcs, bs, c })] };
  },
};

export const solveTril: WasmKernel<{ transpose: boolean }> = {
  op: 'solveTril',
  module: solve,
  plan([m, r], { transpose }) {
    const batch = size(m!.shape.slice(0, -2));
    const C = m!.shape.at(-1)!;
    const N = r!.shape.at(-1)!;
    return { launches: ([m, r], [x]) => [solveTrilOf(batch, { C, N, transpose, m, r, x })] };
  },
};

export const cumsum: WasmKernel<{ axis: number; reverse: boolean }, ScanFormulas> = {
  op: 'cumsum',
  module: scan,
  plan([x], { axis, reverse }, { lastUnits, middleUnits }) {
    const [outer, n, inner] = around(x!.shape, axis);
    if (inner === 1) return { launches: ([x], [y]) => [cumsumLast(lastUnits(outer), { outer, n, reverse, x, y })] };
    const count = middleUnits(outer, inner);
    return { launches: ([x], [y]) => [cumsumMiddle(count, { n, inner, reverse, x, y })] };
  },
};
