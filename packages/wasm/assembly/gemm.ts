// The matrix product, batched.
import { gemm } from './lib/gemm';
import { pieces } from './lib/units';

export { gemmScratch } from './lib/gemm';

/** Rows of a unit: two tiles of six, three of four. */
@inline const TALL: i32 = 12;
/** Where there are fewer rows than this, a unit is all of them in so many columns. */
@inline const FEW: i32 = 48;
@inline const WIDE: i32 = 64;

/** Units of n products. */
export function units(n: i32, M: i32, N: i32): i32 {
  return n * (M < FEW ? pieces(N, WIDE) : pieces(M, TALL));
}

/** Products of matrices that lie as, bs and cs floats apart (0: the same one for all). */
export function matmul(
  from: i32, to: i32, M: i32, N: i32, K: i32,
  a: usize, ars: i32, acs: i32, as: i32, b: usize, brs: i32, bcs: i32, bs: i32, c: usize, scratch: usize,
): void {
  const columns = M < FEW, blocks = columns ? pieces(N, WIDE) : pieces(M, TALL);
  let i = from / blocks, first = from - i * blocks;
  for (let unit = from; unit < to; ) {
    // Neighbouring units of one product are one product: what is packed of B is packed once.
    const last = min(blocks, first + to - unit);
    const r = columns ? 0 : first * TALL, m = columns ? M : min(M, last * TALL) - r;
    const j = columns ? first * WIDE : 0, n = columns ? min(N, last * WIDE) - j : N;
    const p = a + ((i * as + r * ars) << 2), q = b + ((i * bs + j * bcs) << 2), y = c + (((i * M + r) * N + j) << 2);
    gemm(m, n, K, p, ars, acs, q, brs, bcs, y, N, false, scratch);
    unit += last - first;
    first = 0;
    i++;
  }
}
