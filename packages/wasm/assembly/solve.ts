// Unit lower triangular systems, batched: each is a unit.
import { copy } from './lib/copy';
import { solve, solveTransposed } from './lib/solve';

/** X [batch,C,N] with (I + stril(M)) X = R, or with the transposed matrix. */
export function solveTril(
  from: i32, to: i32, C: i32, N: i32, transpose: bool, m: usize, r: usize, x: usize, scratch: usize,
): void {
  for (let i = from; i < to; i++) {
    const a = m + (<usize>(i * C * C) << 2), at = <usize>(i * C * N) << 2;
    copy(C * N, r + at, x + at);
    if (transpose) solveTransposed(C, N, a, C, x + at, N);
    else solve(C, N, a, <usize>C << 2, 4, x + at, <usize>N << 2);
  }
}
