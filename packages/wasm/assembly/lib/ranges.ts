// Where the n sequences of a call lie in its P = B T positions, and the gaps between them. `ranges` [n,2] holds begin and end of each,
// ascending and disjoint; where it is 0, sequence i is row i of T. Whatever numbers it holds, nothing here leaves the P positions.
import { fill } from './copy';

/** The first position of sequence i. */
export function beginOf(ranges: usize, i: i32, T: i32, P: i32): i32 {
  return ranges ? min(max(load<i32>(ranges + (<usize>i << 3)), 0), P) : i * T;
}

/** The position behind its last one, at least the first. */
export function endOf(ranges: usize, i: i32, T: i32, P: i32): i32 {
  const begin = beginOf(ranges, i, T, P);
  return ranges ? min(max(load<i32>(ranges + (<usize>i << 3), 4), begin), P) : begin + T;
}

/** Zeros into `size` floats of each of the positions from..to, `step` bytes apart. */
function clearPositions(from: i32, to: i32, size: i32, at: usize, step: usize): void {
  for (let p = from; p < to; p++) fill(size, 0, at + <usize>p * step);
}

/**
 * Zeros into `size` floats, at `at` of position 0, of the positions that lie before sequence i and behind the one before it; of those
 * behind the last sequence, too, if i is that one. All sequences together clear every position that none of them has. No gap
 * without ranges.
 */
export function clearGap(ranges: usize, i: i32, n: i32, P: i32, size: i32, at: usize, step: usize): void {
  if (!ranges) return;
  clearPositions(i > 0 ? endOf(ranges, i - 1, 0, P) : 0, beginOf(ranges, i, 0, P), size, at, step);
  if (i == n - 1) clearPositions(endOf(ranges, i, 0, P), P, size, at, step);
}
