// Sums over rows, in the order of the rows: in f32 within a block of them, in f64 from block to block.
// `sums` [blocks,n] holds the f32 sums of each block.
import { COLUMNS, ROWS, pieces, rowUnits } from '../../../wasm/assembly/lib/units';
import { get, put } from './row';

/** Bytes of the sums of n columns over blocks of ROWS rows. */
export function sumsBytes(rows: i32, n: i32): i32 {
  return 4 * rowUnits(rows) * n;
}

/** The sums of the block that row i is the first of, at 0. */
@inline
export function begin(i: i32, n: i32, sums: usize): usize {
  const bytes = <usize>n << 2, block = sums + <usize>(i / ROWS) * bytes;
  memory.fill(block, 0, bytes);
  return block;
}

/** Units of n columns. */
export function totalUnits(n: i32): i32 {
  return pieces(n, COLUMNS);
}

@inline
function step(rest: i32, at: usize, blocks: i32, row: usize, sums: usize, out: usize): void {
  let low = f64x2.splat(0), high = low, p = sums + at;
  for (let i = 0; i < blocks; i++) {
    const x = get(p, rest);
    low = f64x2.add(low, f64x2.promote_low_f32x4(x));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 0, 1)));
    p += row;
  }
  put(out + at, i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2), rest);
}

/** out [n] = the sum over the blocks. */
export function total(from: i32, to: i32, blocks: i32, n: i32, sums: usize, out: usize, scratch: usize): void {
  const row = <usize>n << 2, end = min(n, to * COLUMNS), whole = <usize>(end & ~3) << 2;
  for (let at = <usize>(from * COLUMNS) << 2; at < whole; at += 16) step(0, at, blocks, row, sums, out);
  if (end & 3) step(end & 3, whole, blocks, row, sums, out);
}
