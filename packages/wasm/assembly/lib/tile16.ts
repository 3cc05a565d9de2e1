// The register tile of the matrix product for an engine that pairs lanes: six rows of A against sixteen columns of B, in twelve
// registers of 256 bits. Loads, arithmetic and stores are of neighbours, so that they become one.
import { ZEROS } from './build';
import { fma } from './simd';

/** C tile = (add ? C : 0) + sum over k, as `tile`. */
export function tile16(
  m: i32, K: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, cs: usize, add: bool,
): void {
  // A branch around these loads would keep the engine from pairing what follows.
  const from = add ? c : ZEROS, fs = add ? cs : 0;
  const e1 = from + fs, e2 = e1 + fs, e3 = e2 + fs, e4 = e3 + fs, e5 = e4 + fs;
  let c00 = v128.load(from), c01 = v128.load(from, 16), c02 = v128.load(from, 32), c03 = v128.load(from, 48);
  let c10 = v128.load(e1), c11 = v128.load(e1, 16), c12 = v128.load(e1, 32), c13 = v128.load(e1, 48);
  let c20 = v128.load(e2), c21 = v128.load(e2, 16), c22 = v128.load(e2, 32), c23 = v128.load(e2, 48);
  let c30 = v128.load(e3), c31 = v128.load(e3, 16), c32 = v128.load(e3, 32), c33 = v128.load(e3, 48);
  let c40 = v128.load(e4), c41 = v128.load(e4, 16), c42 = v128.load(e4, 32), c43 = v128.load(e4, 48);
  let c50 = v128.load(e5), c51 = v128.load(e5, 16), c52 = v128.load(e5, 32), c53 = v128.load(e5, 48);
  // Rows that do not exist are read as the last one, not past the end.
  let a0 = a, a1 = m > 1 ? a0 + ars : a0, a2 = m > 2 ? a1 + ars : a1, a3 = m > 3 ? a2 + ars : a2;
  let a4 = m > 4 ? a3 + ars : a3, a5 = m > 5 ? a4 + ars : a4;
  const d1 = c + cs, d2 = d1 + cs, d3 = d2 + cs, d4 = d3 + cs, d5 = d4 + cs;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    let x = v128.load32_splat(a0);
    c00 = fma(x, b0, c00); c01 = fma(x, b1, c01); c02 = fma(x, b2, c02); c03 = fma(x, b3, c03);
    x = v128.load32_splat(a1);
    c10 = fma(x, b0, c10); c11 = fma(x, b1, c11); c12 = fma(x, b2, c12); c13 = fma(x, b3, c13);
    x = v128.load32_splat(a2);
    c20 = fma(x, b0, c20); c21 = fma(x, b1, c21); c22 = fma(x, b2, c22); c23 = fma(x, b3, c23);
    x = v128.load32_splat(a3);
    c30 = fma(x, b0, c30); c31 = fma(x, b1, c31); c32 = fma(x, b2, c32); c33 = fma(x, b3, c33);
    x = v128.load32_splat(a4);
    c40 = fma(x, b0, c40); c41 = fma(x, b1, c41); c42 = fma(x, b2, c42); c43 = fma(x, b3, c43);
    x = v128.load32_splat(a5);
    c50 = fma(x, b0, c50); c51 = fma(x, b1, c51); c52 = fma(x, b2, c52); c53 = fma(x, b3, c53);
    a0 += acs; a1 += acs; a2 += acs; a3 += acs; a4 += acs; a5 += acs;
    b += bs;
  }
  v128.store(c, c00); v128.store(c, c01, 16); v128.store(c, c02, 32); v128.store(c, c03, 48);
  v128.store(d1, c10); v128.store(d1, c11, 16); v128.store(d1, c12, 32); v128.store(d1, c13, 48);
  v128.store(d2, c20); v128.store(d2, c21, 16); v128.store(d2, c22, 32); v128.store(d2, c23, 48);
  v128.store(d3, c30); v128.store(d3, c31, 16); v128.store(d3, c32, 32); v128.store(d3, c33, 48);
  v128.store(d4, c40); v128.store(d4, c41, 16); v128.store(d4, c42, 32); v128.store(d4, c43, 48);
  v128.store(d5, c50); v128.store(d5, c51, 16); v128.store(d5, c52, 32); v128.store(d5, c53, 48);
}
