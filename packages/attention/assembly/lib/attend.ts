// Attention of a block of queries of one head, a block of keys after the other.
import { fill } from '../../../wasm/assembly/lib/copy';
import { against, Block, blockBytes, firstBlock, highOf, lowOf, scores } from './block';
import { gather, scatter } from './rows';
import { Sequence } from './sequence';
import { ES, KB, R, up8 } from './sizes';
import { MR, strip } from './strip';
import { finish, joinRow, merge, Rows, rowsAt, rowsBytes, start, weigh } from './weights';

/** Bytes of a block, behind it the numbers of its rows, and behind these weighted values [R,V], so far and of a block of keys. */
export function attendBytes(D: i32, V: i32): i32 {
  return blockBytes(D) + rowsBytes(R) + 8 * R * up8(V);
}

/** o = alpha o + beta (weights values). */
function combine(f: Block, rows: Rows, values: usize, o: usize, before: bool): void {
  // There is nothing yet that the first block could be added to.
  const made = before ? o + R * f.vs : o;
  for (let r = 0; r < f.m; r += MR) {
    const from = lowOf(f, r), to = highOf(f, r);
    if (from < to) {
      const a = f.e + <usize>r * ES + (<usize>from << 2), b = values + (<usize>from << 6);
      strip(f.V, to - from, a, ES, 4, b, 64, KB << 6, made + <usize>r * f.vs, f.vs, false);
      if (before) for (let i = r, end = min(f.m, r + MR); i < end; i++) {
        const at = <usize>i << 2, row = <usize>i * f.vs;
        joinRow(v128.load32_splat(rows.alpha + at), v128.load32_splat(rows.beta + at), f.vs, made + row, o + row);
      }
    } else if (!before) fill(MR * up8(f.V), 0, o + <usize>r * f.vs);
  }
}

/**
 * The m queries of one head from place x of the sequence on: y, and the logarithms of their sums. Keys and values of the sequence's
 * blocks lie at `keys` and `values`, `step` bytes from one block to the next.
 */
export function attend(
  f: Block, s: Sequence, m: i32, x: i32, q: usize, qs: usize, keys: usize, values: usize, step: usize,
  y: usize, ys: usize, lse: usize, ls: usize,
): void {
  const rows = rowsAt(R, changetype<usize>(f) + blockBytes(f.D)), o = changetype<usize>(rows) + rowsBytes(R);
  f.m = m;
  gather(m, R, f.D, q, qs, f.q, f.scale2);
  start(rows);
  const first = firstBlock(s, x, f.window);
  for (let block = first; block * KB < x + m; block++) {
    against(f, s, block, x);
    scores(f, f.D, f.q, f.ds, keys + <usize>block * step, f.e);
    weigh(rows, m, f.first, f.n, f.d, 1, f.window, f.e);
    merge(rows, m);
    combine(f, rows, values + <usize>block * step, o, block > first);
  }
  finish(rows, m);
  scatter(m, f.V, o, y, ys, rows.alpha, 4);
  for (let i: usize = 0, end = <usize>m << 2; i < end; i += 4) {
    store<f32>(lse, load<f32>(rows.beta + i));
    lse += ls;
  }
}
