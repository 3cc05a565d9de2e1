// The matrix product, batched.
import { gemm } from './lib/gemm';

/** n products, of matrices as, bs and cc floats apart (0: the same one for all). */
export function matmul(
  n: i32, M: i32, N: i32, K: i32,
  a: usize, ars: i32, acs: i32, as: i32, b: usize, brs: i32, bcs: i32, bs: i32, c: usize, scratch: usize,
): void {
  // A sum over nothing.
  if (K == 0) memory.fill(c, 0, <usize>(n * M * N) << 2);
  for (let i = 0; i < n; i++) {
    gemm(M, N, K, a, ars, acs, b, brs, bcs, c, N, false, scratch);
    a += <usize>as << 2;
    b += <usize>bs << 2;
    c += <usize>(M * N) << 2;
  }
}
