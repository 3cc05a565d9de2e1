// C [M,N] (+)= A [M,K] B [K,N] in f32. Every element is one sum over k in order, so no split of M or N changes a bit.
// Strides of A and B are in elements, and one of the two of each is 1: a transpose is only other strides.
import { KC, NC, NR, packA, packB } from './pack';
import { row, rowT } from './row';
import { edge, MR, tile } from './tile';
import { pieces } from './units';

/** Rows A[i0..i1) against one packed block of B. */
function panels(
  i0: i32, i1: i32, N: i32, K: i32,
  a: usize, ars: usize, acs: usize, b: usize, bps: usize, bs: usize, c: usize, cs: usize, add: bool, scratch: usize,
): void {
  // Columns of A far apart fall on the same cache lines: a panel that is read often is copied.
  const turn = acs >= 2048 && N >= 32, pa = scratch + 256;
  for (let i = i0; i < i1; i += MR) {
    const m = min(MR, i1 - i);
    let from = a + <usize>i * ars, rs = ars, step = acs;
    if (turn) {
      packA(min(8, i1 - i), K, from, acs, pa);
      from = pa;
      rs = 4;
      step = 32;
    }
    let to = c + <usize>i * cs;
    let panel = b;
    for (let j = 0; j < N; j += NR) {
      const n = min(NR, N - j);
      if (m == MR && n == NR) tile(MR, K, from, rs, step, panel, bs, to, cs, add);
      else edge(m, n, K, from, rs, step, panel, bs, to, cs, add, scratch);
      panel += bps;
      to += NR << 2;
    }
  }
}

/** Bytes of scratch that `gemm` wants: an edge tile, a panel of A and a packed block of B. */
export function gemmScratch(M: i32, N: i32, K: i32): i32 {
  return M <= 2 ? 0 : 256 + (KC << 5) + ((min(K, KC) * NR * pieces(min(N, NC), NR)) << 2);
}

export function gemm(
  M: i32, N: i32, K: i32, a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize, cs: i32,
  add: bool, scratch: usize,
): void {
  if (M <= 2 || K == 0) {
    // Too few rows to pay for packing, or sums over nothing.
    for (let i = 0; i < M; i++) {
      if (bcs == 1) row(N, K, a, acs << 2, b, brs << 2, c, add);
      else rowT(N, K, a, acs << 2, b, bcs << 2, c, add);
      a += <usize>ars << 2;
      c += <usize>cs << 2;
    }
    return;
  }
  const packed = scratch + 256 + (KC << 5);
  const direct = bcs == 1 && M <= 2 * MR && (N & 7) == 0;
  for (let j = 0; j < N; j += NC) {
    const n = min(NC, N - j);
    for (let k = 0; k < K; k += KC) {
      const kc = min(KC, K - k);
      const from = b + ((k * brs + j * bcs) << 2);
      const ak = a + ((k * acs) << 2), cj = c + (j << 2);
      if (direct) {
        panels(0, M, n, kc, ak, ars << 2, acs << 2, from, NR << 2, brs << 2, cj, cs << 2, add || k > 0, scratch);
      } else {
        packB(kc, n, from, brs, bcs, packed);
        panels(0, M, n, kc, ak, ars << 2, acs << 2, packed, (kc * NR) << 2, NR << 2, cj, cs << 2, add || k > 0, scratch);
      }
    }
  }
}
