// A matrix product in units. Where there are many rows, B is packed before, as a launch of its own, once for all workers and all
// units; where there are few, each unit packs its own columns.
import { bytes } from './bf16';
import { gemm, gemmBF16, panels } from './gemm';
import { KC, packB, packBF16 } from './pack';
import { MR, NR } from './tile';
import { pieces } from './units';

/** Rows of a unit: those of a tile. */
@inline export const TALL: i32 = MR;
/** Where there are fewer rows than this, a unit is all of them in so many columns. */
@inline export const FEW: i32 = 48;
@inline export const BROAD: i32 = 64;

/** Units of a product of M rows and N columns. */
export function productUnits(M: i32, N: i32): i32 {
  return M == 0 || N == 0 ? 0 : M < FEW ? pieces(N, BROAD) : pieces(M, TALL);
}

/**
 * Units [from,to) of C [M,N] (+)= A [M,K] B [K,N], as one product: what is packed of B is packed once.
 *
 * @param bf16 B is stored in bf16; then nothing is added to.
 */
@inline
export function product(
  bf16: bool, add: bool, from: i32, to: i32, M: i32, N: i32, K: i32,
  a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize, scratch: usize,
): void {
  let m = M, n = N, p = a, q = b, y = c;
  if (M < FEW) {
    const j = from * BROAD;
    n = min(N, to * BROAD) - j;
    q += bytes(bf16, j * bcs);
    y += j << 2;
  } else {
    const i = from * TALL;
    m = min(M, to * TALL) - i;
    p += (i * ars) << 2;
    y += (i * N) << 2;
  }
  if (bf16) gemmBF16(m, n, K, p, ars, acs, q, brs, bcs, y, N, scratch);
  else gemm(m, n, K, p, ars, acs, q, brs, bcs, y, N, add, scratch);
}

/** Bytes of B [K,N] packed, or 0 where units pack for themselves: for few rows, and a B beyond 2 GiB, as one in bf16 may be. */
export function packedBytes(M: i32, N: i32, K: i32): i32 {
  const size = (<i64>pieces(N, NR) * NR * K) << 2;
  return M < FEW || size > i32.MAX_VALUE ? 0 : <i32>size;
}

/** Units of packing it: a panel of columns in so many rows as lie together. */
export function packUnits(M: i32, N: i32, K: i32): i32 {
  return M < FEW ? 0 : pieces(N, NR) * pieces(K, KC);
}

/** Units [from,to) of packing B: blocks of KC rows, of each its panels [KC,NR]. */
@inline
export function packProduct(
  bf16: bool, from: i32, to: i32, N: i32, K: i32, b: usize, brs: i32, bcs: i32, packed: usize,
): void {
  const all = pieces(N, NR);
  for (let unit = from; unit < to; ) {
    const k = unit / all, first = unit - k * all, last = min(all, first + to - unit);
    const kc = min(KC, K - k * KC), j = first * NR, n = min(N, last * NR) - j;
    const at = b + bytes(bf16, k * KC * brs + j * bcs), out = packed + ((k * KC * all * NR + j * kc) << 2);
    if (bf16) packBF16(kc, n, at, brs, bcs, out);
    else packB(kc, n, at, brs, bcs, out);
    unit += last - first;
  }
}

/** The same units of the product as `product`, of M >= FEW rows, from a packed B. */
export function packedProduct(
  add: bool, from: i32, to: i32, M: i32, N: i32, K: i32, a: usize, ars: i32, acs: i32, packed: usize, c: usize,
  scratch: usize,
): void {
  const i = from * TALL, m = min(M, to * TALL) - i, wide = pieces(N, NR) * NR;
  const p = a + ((i * ars) << 2), y = c + ((i * N) << 2);
  for (let k = 0; k < K; k += KC) {
    const kc = min(KC, K - k), ak = p + ((k * acs) << 2), from = packed + ((k * wide) << 2);
    panels(m, N, kc, ak, ars << 2, acs << 2, from, (kc * NR) << 2, NR << 2, y, N << 2, add || k > 0, scratch);
  }
  // A sum over nothing.
  if (K == 0 && !add) memory.fill(y, 0, <usize>(m * N) << 2);
}
