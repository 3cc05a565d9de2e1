// The register tile of the matrix product: MR rows of A against eight columns of B.
import { fma, loadPart, storePart } from './simd';

/** Rows of a tile: as many accumulators as sixteen registers hold, with and without a fused multiply-add. */
@inline export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

/**
 * C tile = (add ? C : 0) + sum over k; all MR rows are written, of which the first m mean something. Row r of A starts at a + r ars, its elements are acs apart; rows of B are bs,
 * rows of C cs apart; all in bytes.
 */
export function tile(
  m: i32, K: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, cs: usize, add: bool,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  // Rows that do not exist are read as the last one, not past the end.
  let a0 = a, a1 = m > 1 ? a0 + ars : a0, a2 = m > 2 ? a1 + ars : a1, a3 = m > 3 ? a2 + ars : a2;
  let a4 = m > 4 ? a3 + ars : a3, a5 = m > 5 ? a4 + ars : a4;
  const d1 = c + cs, d2 = d1 + cs, d3 = d2 + cs, d4 = d3 + cs, d5 = d4 + cs;
  if (add) {
    c00 = v128.load(c); c01 = v128.load(c, 16);
    c10 = v128.load(d1); c11 = v128.load(d1, 16);
    c20 = v128.load(d2); c21 = v128.load(d2, 16);
    c30 = v128.load(d3); c31 = v128.load(d3, 16);
    if (MR == 6) {
      c40 = v128.load(d4); c41 = v128.load(d4, 16);
      c50 = v128.load(d5); c51 = v128.load(d5, 16);
    }
  }
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a0);
    c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    x = v128.load32_splat(a1);
    c10 = fma(x, b0, c10); c11 = fma(x, b1, c11);
    x = v128.load32_splat(a2);
    c20 = fma(x, b0, c20); c21 = fma(x, b1, c21);
    x = v128.load32_splat(a3);
    c30 = fma(x, b0, c30); c31 = fma(x, b1, c31);
    a0 += acs; a1 += acs; a2 += acs; a3 += acs;
    if (MR == 6) {
      x = v128.load32_splat(a4);
      c40 = fma(x, b0, c40); c41 = fma(x, b1, c41);
      x = v128.load32_splat(a5);
      c50 = fma(x, b0, c50); c51 = fma(x, b1, c51);
      a4 += acs; a5 += acs;
    }
    b += bs;
  }
  v128.store(c, c00); v128.store(c, c01, 16);
  v128.store(d1, c10); v128.store(d1, c11, 16);
  v128.store(d2, c20); v128.store(d2, c21, 16);
  v128.store(d3, c30); v128.store(d3, c31, 16);
  if (MR == 6) {
    v128.store(d4, c40); v128.store(d4, c41, 16);
    v128.store(d5, c50); v128.store(d5, c51, 16);
  }
}

/** n floats, n in 1..8. */
@inline
function copy(from: usize, to: usize, n: i32): void {
  if (n >= 4) {
    v128.store(to, v128.load(from));
    if (n == 8) v128.store(to, v128.load(from, 16), 16);
    else if (n > 4) storePart(to + 16, loadPart(from + 16, n - 4), n - 4);
  } else storePart(to, loadPart(from, n), n);
}

/** A tile of which only m rows and n columns exist: one whole tile in scratch, of which that much is copied. */
export function edge(
  m: i32, n: i32, K: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, cs: usize,
  add: bool, scratch: usize,
): void {
  if (add) for (let r = 0; r < m; r++) copy(c + <usize>r * cs, scratch + (r << 5), n);
  tile(m, K, a, ars, acs, b, bs, scratch, 32, add);
  for (let r = 0; r < m; r++) copy(scratch + (r << 5), c + <usize>r * cs, n);
}
