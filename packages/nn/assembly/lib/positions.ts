// The positions of a batch in order, block by block, with the sequences that they belong to.
import { beginOf, endOf } from '../../../wasm/assembly/lib/ranges';

/** The first of the n sequences that ends behind position p: the one that has p, or else the next; n where there is none. */
export function sequenceAt(p: i32, ranges: usize, n: i32, T: i32, P: i32): i32 {
  if (!ranges) return p / T;
  let low = 0, high = n;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (endOf(ranges, middle, T, P) > p) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where sequence i begins; behind the last sequence, P. */
@inline
export function begin(i: i32, ranges: usize, n: i32, T: i32, P: i32): i32 {
  return i < n ? beginOf(ranges, i, T, P) : P;
}

/** Where sequence i ends; behind the last sequence, P. */
@inline
export function end(i: i32, ranges: usize, n: i32, T: i32, P: i32): i32 {
  return i < n ? endOf(ranges, i, T, P) : P;
}
