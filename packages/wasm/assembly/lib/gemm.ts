// C [M,N] (+)= A [M,K] B [K,N] in f32. Every element is one sum over k in order, so no split of M or N changes a bit.
// Strides of A and B are in elements, and one of the two of each is 1: a transpose is only other strides.
import { bytes } from './bf16';
import { KC, NC, packA, packB, packBF16 } from './pack';
import { row, rowBF16, rowT, rowTBF16 } from './row';
import { EDGE, edge, MR, NR, tile } from './tile';
import { pieces } from './units';

/** M rows of A against one packed block of B. */
export function panels(
  M: i32, N: i32, K: i32,
  a: usize, ars: usize, acs: usize, b: usize, bps: usize, bs: usize, c: usize, cs: usize, add: bool, scratch: usize,
): void {
  // Columns of A far apart lie on lines of their own, and fall on the same places of a cache: a panel that is read often is copied.
  const turn = acs >= 256 && N >= 64, pa = scratch + EDGE;
  for (let i = 0; i < M; i += MR) {
    const m = min(MR, M - i);
    let from = a + <usize>i * ars, rs = ars, step = acs;
    if (turn) {
      packA(min(8, M - i), K, from, acs, pa);
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

/** Bytes of scratch that `panels` wants: an edge tile and a panel of A. */
@inline export const PANELS: i32 = EDGE + (KC << 5);

/** Bytes of scratch that `gemm` wants: those, and a packed block of B. */
export function gemmScratch(M: i32, N: i32, K: i32): i32 {
  return M <= 2 ? 0 : PANELS + ((min(K, KC) * NR * pieces(min(N, NC), NR)) << 2);
}

@inline
function gemmOf(
  bf16: bool, M: i32, N: i32, K: i32, a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize, cs: i32,
  add: bool, scratch: usize,
): void {
  if (M <= 2 || K == 0) {
    // Too few rows to pay for packing, or sums over nothing.
    for (let i = 0; i < M; i++) {
      if (bf16) {
        if (bcs == 1) rowBF16(N, K, a, acs << 2, b, brs << 1, c, add);
        else rowTBF16(N, K, a, acs << 2, b, bcs << 1, c, add);
      } else if (bcs == 1) row(N, K, a, acs << 2, b, brs << 2, c, add);
      else rowT(N, K, a, acs << 2, b, bcs << 2, c, add);
      a += <usize>ars << 2;
      c += <usize>cs << 2;
    }
    return;
  }
  const packed = scratch + PANELS;
  const direct = !bf16 && bcs == 1 && M <= 2 * MR && (N & (NR - 1)) == 0;
  for (let j = 0; j < N; j += NC) {
    const n = min(NC, N - j);
    for (let k = 0; k < K; k += KC) {
      const kc = min(KC, K - k);
      const from = b + bytes(bf16, k * brs + j * bcs);
      const ak = a + ((k * acs) << 2), cj = c + (j << 2);
      if (direct) {
        panels(M, n, kc, ak, ars << 2, acs << 2, from, NR << 2, brs << 2, cj, cs << 2, add || k > 0, scratch);
      } else {
        if (bf16) packBF16(kc, n, from, brs, bcs, packed);
        else packB(kc, n, from, brs, bcs, packed);
        panels(M, n, kc, ak, ars << 2, acs << 2, packed, (kc * NR) << 2, NR << 2, cj, cs << 2, add || k > 0, scratch);
      }
    }
  }
}

export function gemm(
  M: i32, N: i32, K: i32, a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize, cs: i32,
  add: bool, scratch: usize,
): void {
  gemmOf(false, M, N, K, a, ars, acs, b, brs, bcs, c, cs, add, scratch);
}

/** A B with B stored in bf16: the bits of `gemm` on its numbers. */
export function gemmBF16(
  M: i32, N: i32, K: i32, a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize, cs: i32, scratch: usize,
): void {
  gemmOf(true, M, N, K, a, ars, acs, b, brs, bcs, c, cs, false, scratch);
}
