// One query: keys and values are read where they stand, in a ring and behind it in a sequence.
import { padRow } from '../../../wasm/assembly/lib/padded';
import { row, rowT } from '../../../wasm/assembly/lib/row';
import { scale as scaleRow } from '../../../wasm/assembly/lib/softmax';
import { weigh } from './weights';

/**
 * y [V] from q [D], times `scale`, and m rows of a ring of C, then n of a sequence; ks and vs bytes are from one row to the next.
 * `oldest` is the first of the ring, and after its last row comes row 0. Buffers: qx [D] and e [m + n], to whole vectors.
 */
export function decode(
  m: i32, oldest: i32, C: i32, n: i32, D: i32, V: i32, scale: f32,
  q: usize, k0: usize, v0: usize, k: usize, v: usize, ks: usize, vs: usize, y: usize, qx: usize, e: usize,
): void {
  const run = min(m, C - oldest), at = <usize>oldest, e1 = e + (<usize>run << 2), e2 = e + (<usize>m << 2);
  padRow(D, f32x4.splat(scale), q, qx);
  rowT(run, D, qx, 4, k0 + at * ks, ks, e, false);
  rowT(m - run, D, qx, 4, k0, ks, e1, false);
  rowT(n, D, qx, 4, k, ks, e2, false);
  const r = weigh(m + n, e);
  row(V, run, e, 4, v0 + at * vs, vs, y, false);
  row(V, m - run, e1, 4, v0, vs, y, true);
  row(V, n, e2, 4, v, vs, y, true);
  scaleRow(V, y, r);
}
