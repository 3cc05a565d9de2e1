// The register tile of the matrix product: MR rows of A against NR columns of B.
import { WIDE, ZEROS } from './build';
import { fma, loadPart, storePart } from './simd';
import { tile16 } from './tile16';

/** Rows of a tile: as many accumulators as sixteen registers hold, with and without a fused multiply-add. */
@inline export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;
/** Its columns: two vectors, or two pairs of them. */
@inline export const NR: i32 = WIDE ? 16 : 8;
/** Bytes of a whole tile, in blocks of 256. */
@inline export const EDGE: i32 = WIDE ? 512 : 256;

/**
 * C tile = (add ? C : 0) + sum over k; all MR rows are written, of which the first m mean something. Row r of A starts at a + r ars, its elements are acs apart; rows of B are bs,
 * rows of C cs apart; all in bytes.
 */
export function tile8(
  m: i32, K: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, cs: usize, add: bool,
): void {
  // No branch around these loads: see tile16.
  const from = add ? c : ZEROS, fs = add ? cs : 0;
  const e1 = from + fs, e2 = e1 + fs, e3 = e2 + fs, e4 = e3 + fs, e5 = e4 + fs;
  let c00 = v128.load(from), c01 = v128.load(from, 16);
  let c10 = v128.load(e1), c11 = v128.load(e1, 16);
  let c20 = v128.load(e2), c21 = v128.load(e2, 16);
  let c30 = v128.load(e3), c31 = v128.load(e3, 16);
  let c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  if (MR == 6) {
    c40 = v128.load(e4); c41 = v128.load(e4, 16);
    c50 = v128.load(e5); c51 = v128.load(e5, 16);
  }
  // Rows that do not exist are read as the last one, not past the end.
  let a0 = a, a1 = m > 1 ? a0 + ars : a0, a2 = m > 2 ? a1 + ars : a1, a3 = m > 3 ? a2 + ars : a2;
  let a4 = m > 4 ? a3 + ars : a3, a5 = m > 5 ? a4 + ars : a4;
  const d1 = c + cs, d2 = d1 + cs, d3 = d2 + cs, d4 = d3 + cs, d5 = d4 + cs;
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

@inline
export function tile(
  m: i32, K: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, cs: usize, add: bool,
): void {
  if (WIDE) tile16(m, K, a, ars, acs, b, bs, c, cs, add);
  else tile8(m, K, a, ars, acs, b, bs, c, cs, add);
}

/** n floats, n in 1..NR. */
@inline
function copy(from: usize, to: usize, n: i32): void {
  const whole = n & ~3;
  for (let i = 0; i < whole; i += 4) v128.store(to + (i << 2), v128.load(from + (i << 2)));
  if (n & 3) storePart(to + (whole << 2), loadPart(from + (whole << 2), n & 3), n & 3);
}

/** A tile of which only m rows and n columns exist: one whole tile in scratch, of which that much is copied. */
export function edge(
  m: i32, n: i32, K: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, cs: usize,
  add: bool, scratch: usize,
): void {
  const rs = NR << 2;
  if (add) for (let r = 0; r < m; r++) copy(c + <usize>r * cs, scratch + r * rs, n);
  if (n <= 8) tile8(m, K, a, ars, acs, b, bs, scratch, rs, add);
  else tile(m, K, a, ars, acs, b, bs, scratch, rs, add);
  for (let r = 0; r < m; r++) copy(scratch + r * rs, c + <usize>r * cs, n);
}
