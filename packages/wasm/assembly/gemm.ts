// The matrix product, batched; and in two launches where one B meets many rows.
import { bytes } from './lib/bf16';
import { packedProduct, packProduct, product, productUnits } from './lib/product';

export { gemmScratch } from './lib/gemm';
export { packedBytes, packUnits, productUnits } from './lib/product';

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

/** Packs one B for all rows. */
export function pack(
  from: i32, to: i32, N: i32, K: i32, b: usize, brs: i32, bcs: i32, packed: usize, scratch: usize,
): void {
  packProduct(false, from, to, N, K, b, brs, bcs, packed);
}

/** The same of a B in bf16. */
export function packBF16(
  from: i32, to: i32, N: i32, K: i32, b: usize, brs: i32, bcs: i32, packed: usize, scratch: usize,
): void {
  packProduct(true, from, to, N, K, b, brs, bcs, packed);
}

/** One product from what was packed. */
export function multiply(
  from: i32, to: i32, M: i32, N: i32, K: i32, a: usize, ars: i32, acs: i32, packed: usize, c: usize, scratch: usize,
): void {
  packedProduct(false, from, to, M, N, K, a, ars, acs, packed, c, scratch);
}
