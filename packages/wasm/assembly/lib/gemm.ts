// C [M,N] (+)= A [M,K] B [K,N] in f32. Every element is one sum over k in order, so no split of M or N changes a bit.
// Strides of A and B are in elements, and one of the two of each is 1: a transpose is only other strides.
import { bytes } from './bf16';
import { KC, NC, packA, packB, packBF16 } from './pack';
import { row, rowBF16, rowT, rowTBF16 } from './row';
import { EDGE, edge, MR, NR, tile } from './tile';
import { pieces } from './units';

/** Rows A[i0..i1) against one packed block of B. */
function panels(
  i0: i32, i1: i32, N: i32, K: i32,
  a: usize, ars: usize, acs: usize, b: usize, bps: usize, bs: usize, c: usize, cs: usize, add: bool, scratch: usize,
): void {
  // Columns of A far apart fall on the same cache lines: a panel that is read often is copied.
  const turn = acs >= 256 && N >= 64, pa = scratch + EDGE;
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
  return M <= 2 ? 0 : EDGE + (KC << 5) + ((min(K, KC) * NR * pieces(min(N, NC), NR)) << 2);
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
  const packed = scratch + EDGE + (KC << 5);
  const direct = !bf16 && bcs == 1 && M <= 2 * MR && (N & (NR - 1)) == 0;
  for (let j = 0; j < N; j += NC) {
    const n = min(NC, N - j);
    for (let k = 0; k < K; k += KC) {
      const kc = min(KC, K - k);
      const from = b + bytes(bf16, k * brs + j * bcs);
      const ak = a + ((k * acs) << 2), cj = c + (j << 2);
      if (direct) {
        panels(0, M, n, kc, ak, ars << 2, acs << 2, from, NR << 2, brs << 2, cj, cs << 2, add || k > 0, scratch);
      } else {
        if (bf16) packBF16(kc, n, from, brs, bcs, packed);
        else packB(kc, n, from, brs, bcs, packed);
        panels(0, M, n, kc, ak, ars << 2, acs << 2, packed, (kc * NR) << 2, NR << 2, cj, cs << 2, add || k > 0, scratch);
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

/** Rows of a product that is added to C: two tiles of six, three of four. */
@inline const STRIP: i32 = 12;

/** Columns of B that are packed in their whole height, so that the block stays in the second cache. */
function width(N: i32, K: i32): i32 {
  return min(pieces(N, NR) * NR, max(NR, min(NC, KC * NC / max(K, 1)) & ~(NR - 1)));
}

/** Bytes of scratch that `gemmOnto` wants: that of edges and panels, rows of the product and packed columns of B. */
export function ontoScratch(N: i32, K: i32): i32 {
  return EDGE + (KC << 5) + ((width(N, K) * (STRIP + K)) << 2);
}

/** C [m,n] += T, whose rows follow each other. */
function addRows(m: i32, n: i32, t: usize, c: usize, cs: usize): void {
  const whole = <usize>(n & ~3) << 2, end = <usize>n << 2;
  for (let i = 0; i < m; i++) {
    for (let at: usize = 0; at < whole; at += 16) {
      v128.store(c + at, f32x4.add(v128.load(c + at), v128.load(t + at)));
    }
    for (let at = whole; at < end; at += 4) store<f32>(c + at, load<f32>(c + at) + load<f32>(t + at));
    c += cs;
    t += end;
  }
}

/** C + A B, where the product is rounded before it is added: `gemm` with `add` starts its sums with C instead. */
export function gemmOnto(
  M: i32, N: i32, K: i32, a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize, cs: i32, scratch: usize,
): void {
  const wide = width(N, K), rows = scratch + EDGE + (KC << 5), packed = rows + ((STRIP * wide) << 2);
  for (let j = 0; j < N; j += wide) {
    const n = min(wide, N - j), from = b + ((j * bcs) << 2), height = pieces(n, NR) * NR << 2;
    if (M <= 2 || K == 0) {
      gemm(M, n, K, a, ars, acs, from, brs, bcs, rows, n, false, scratch);
      addRows(M, n, rows, c + (j << 2), <usize>cs << 2);
      continue;
    }
    for (let k = 0; k < K; k += KC) packB(min(KC, K - k), n, from + ((k * brs) << 2), brs, bcs, packed + k * height);
    for (let i = 0; i < M; i += STRIP) {
      const m = min(STRIP, M - i), ai = a + ((i * ars) << 2);
      for (let k = 0; k < K; k += KC) {
        const kc = min(KC, K - k), ak = ai + ((k * acs) << 2);
        panels(
          0, m, n, kc, ak, ars << 2, acs << 2, packed + k * height, (kc * NR) << 2, NR << 2, rows, n << 2, k > 0, scratch,
        );
      }
      addRows(m, n, rows, c + ((i * cs + j) << 2), <usize>cs << 2);
    }
  }
}
