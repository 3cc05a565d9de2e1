// A matrix product in units.
import { gemm } from './gemm';
import { pieces } from './units';

/** Rows of a unit: two tiles of six, three of four. */
@inline export const TALL: i32 = 12;
/** Where there are fewer rows than this, a unit is all of them in so many columns. */
@inline export const FEW: i32 = 48;
@inline export const WIDE: i32 = 64;

/** Units of a product of M rows and N columns. */
export function productUnits(M: i32, N: i32): i32 {
  return M == 0 || N == 0 ? 0 : M < FEW ? pieces(N, WIDE) : pieces(M, TALL);
}

/** Units [from,to) of C [M,N] = A [M,K] B [K,N], as one product: what is packed of B is packed once. */
export function product(
  from: i32, to: i32, M: i32, N: i32, K: i32, a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize,
  scratch: usize,
): void {
  if (M < FEW) {
    const j = from * WIDE;
    gemm(M, min(N, to * WIDE) - j, K, a, ars, acs, b + ((j * bcs) << 2), brs, bcs, c + (j << 2), N, false, scratch);
  } else {
    const i = from * TALL;
    gemm(min(M, to * TALL) - i, N, K, a + ((i * ars) << 2), ars, acs, b, brs, bcs, c + ((i * N) << 2), N, false, scratch);
  }
}
