// One query: keys and values are read where they stand, in a ring of C rows or, from the first on, in a sequence.
import { padRow } from '../../../wasm/assembly/lib/padded';
import { row, rowT } from '../../../wasm/assembly/lib/row';
import { scale as scaleRow } from '../../../wasm/assembly/lib/softmax';
import { weigh } from './weights';

/**
 * y [V] from q [D], times `scale`, and n of the C keys and values, ks and vs bytes from one to the next: `oldest` is the first, and
 * after the last row comes row 0. Buffers: qx [D] and e [n], to whole vectors.
 */
export function decode(
  n: i32, oldest: i32, C: i32, D: i32, V: i32, scale: f32,
  q: usize, k: usize, ks: usize, v: usize, vs: usize, y: usize, qx: usize, e: usize,
): void {
  const run = min(n, C - oldest), at = <usize>oldest, rest = e + (<usize>run << 2);
  padRow(D, f32x4.splat(scale), q, qx);
  rowT(run, D, qx, 4, k + at * ks, ks, e, false);
  rowT(n - run, D, qx, 4, k, ks, rest, false);
  const r = weigh(n, e);
  row(V, run, e, 4, v + at * vs, vs, y, false);
  if (run < n) row(V, n - run, rest, 4, v, vs, y, true);
  scaleRow(V, y, r);
}
