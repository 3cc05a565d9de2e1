// A matrix product in units.
import { bytes } from './bf16';
import { gemm, gemmBF16, gemmOnto } from './gemm';
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

/**
 * Units [from,to) of C [M,N] = A [M,K] B [K,N], as one product: what is packed of B is packed once.
 *
 * @param bf16 B is stored in bf16.
 * @param onto what C holds, which the rounded product is added to; not with `bf16`.
 */
@inline
export function product(
  bf16: bool, onto: bool, from: i32, to: i32, M: i32, N: i32, K: i32,
  a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize, scratch: usize,
): void {
  let m = M, n = N, p = a, q = b, y = c;
  if (M < FEW) {
    const j = from * WIDE;
    n = min(N, to * WIDE) - j;
    q += bytes(bf16, j * bcs);
    y += j << 2;
  } else {
    const i = from * TALL;
    m = min(M, to * TALL) - i;
    p += (i * ars) << 2;
    y += (i * N) << 2;
  }
  if (bf16) gemmBF16(m, n, K, p, ars, acs, q, brs, bcs, y, N, scratch);
  else if (onto) gemmOnto(m, n, K, p, ars, acs, q, brs, bcs, y, N, scratch);
  else gemm(m, n, K, p, ars, acs, q, brs, bcs, y, N, false, scratch);
}
