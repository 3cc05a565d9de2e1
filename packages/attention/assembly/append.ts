// The rows of new tokens into rings of C rows, and back. Each row is `row` floats; with ranges T is all positions.
import { copy, fill } from '../../wasm/assembly/lib/copy';
import { beginOf, clearGap, endOf } from '../../wasm/assembly/lib/ranges';

/** The row of the ring for the token t of sequence i. */
@inline
function rowOf(position: usize, i: i32, t: i32, C: i32): usize {
  return <usize>(i * C + (max(load<i32>(position + (<usize>i << 2)), 0) % C + t % C) % C);
}

/** Sequences from..to of n. Where y lies at the buffer, only the new rows are written. */
export function forward(
  from: i32, to: i32, n: i32, C: i32, T: i32, row: i32,
  buffer: usize, x: usize, position: usize, ranges: usize, y: usize, scratch: usize,
): void {
  const step = <usize>row << 2;
  for (let i = from; i < to; i++) {
    const all = <usize>(i * C) * step;
    if (y != buffer) copy(C * row, buffer + all, y + all);
    const begin = beginOf(ranges, i, T, T), length = endOf(ranges, i, T, T) - begin;
    for (let t = max(0, length - C); t < length; t++) {
      copy(row, x + <usize>(begin + t) * step, y + rowOf(position, i, t, C) * step);
    }
  }
}

/** The rows of dy that tokens wrote go to dx, all others to dbuffer; zeros elsewhere. */
export function backward(
  from: i32, to: i32, n: i32, C: i32, T: i32, row: i32,
  dy: usize, position: usize, ranges: usize, dbuffer: usize, dx: usize, scratch: usize,
): void {
  const step = <usize>row << 2;
  for (let i = from; i < to; i++) {
    const all = <usize>(i * C) * step;
    copy(C * row, dy + all, dbuffer + all);
    clearGap(ranges, i, n, T, row, dx, step);
    const begin = beginOf(ranges, i, T, T), length = endOf(ranges, i, T, T) - begin, first = max(0, length - C);
    fill(first * row, 0, dx + <usize>begin * step);
    for (let t = first; t < length; t++) {
      const at = rowOf(position, i, t, C) * step;
      copy(row, dy + at, dx + <usize>(begin + t) * step);
      fill(row, 0, dbuffer + at);
    }
  }
}
