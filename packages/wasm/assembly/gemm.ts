// The matrix product, batched.
import { bytes } from './lib/bf16';
import { product, productUnits } from './lib/product';

export { gemmScratch } from './lib/gemm';

/** Units of n products. */
export function units(n: i32, M: i32, N: i32): i32 {
  return n * productUnits(M, N);
}

@inline
function matmulOf(
  bf16: bool, from: i32, to: i32, M: i32, N: i32, K: i32,
  a: usize, ars: i32, acs: i32, as: i32, b: usize, brs: i32, bcs: i32, bs: i32, c: usize, scratch: usize,
): void {
  const each = productUnits(M, N);
  let i = from / each, first = from - i * each;
  for (let unit = from; unit < to; ) {
    const last = min(each, first + to - unit);
    const p = a + ((i * as) << 2), q = b + bytes(bf16, i * bs), y = c + ((i * M * N) << 2);
    product(bf16, false, first, last, M, N, K, p, ars, acs, q, brs, bcs, y, scratch);
    unit += last - first;
    first = 0;
    i++;
  }
}

/** Products of matrices that lie as and bs numbers apart. */
export function matmul(
  from: i32, to: i32, M: i32, N: i32, K: i32,
  a: usize, ars: i32, acs: i32, as: i32, b: usize, brs: i32, bcs: i32, bs: i32, c: usize, scratch: usize,
): void {
  matmulOf(false, from, to, M, N, K, a, ars, acs, as, b, brs, bcs, bs, c, scratch);
}

/** The same with b stored in bf16. */
export function matmulBF16(
  from: i32, to: i32, M: i32, N: i32, K: i32,
  a: usize, ars: i32, acs: i32, as: i32, b: usize, brs: i32, bcs: i32, bs: i32, c: usize, scratch: usize,
): void {
  matmulOf(true, from, to, M, N, K, a, ars, acs, as, b, brs, bcs, bs, c, scratch);
}
