// Unit lower triangular systems, batched.
import { copy } from './lib/copy';
import { solve, solveTransposed } from './lib/solve';

/** X [n,C,N] with (I + stril(M)) X = R, or with the transposed matrix. */
export function solveTril(n: i32, C: i32, N: i32, transpose: bool, m: usize, r: usize, x: usize): void {
  copy(n * C * N, r, x);
  for (let i = 0; i < n; i++) {
    if (transpose) solveTransposed(C, N, m, C, x, N);
    else solve(C, N, m, <usize>C << 2, 4, x, <usize>N << 2);
    m += <usize>(C * C) << 2;
    x += <usize>(C * N) << 2;
  }
}
