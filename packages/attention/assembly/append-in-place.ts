// A row at a position of a ring of rows.
import { copy } from '../../wasm/assembly/lib/copy';

/** Sequences from..to: x, n floats, to row `position` % C of each buffer of C rows. Nothing is written for a position below 0. */
export function write(
  from: i32, to: i32, C: i32, n: i32, buffer: usize, x: usize, position: usize, scratch: usize,
): void {
  const at = load<i32>(position), row = <usize>n << 2;
  if (at < 0) return;
  for (let i = from; i < to; i++) copy(n, x + <usize>i * row, buffer + <usize>(i * C + at % C) * row);
}
