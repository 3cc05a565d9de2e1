// Sums over rows, in the order of the rows: in f32 within a block of rows, in f64 from block to block.
// `sums` has 12 bytes for each of n columns rounded up to 4: the f32 sums of the block, into which the caller adds, then the f64 totals.

/** Rows of a block. */
@inline export const BLOCK: i32 = 64;

@inline
function rounded(n: i32): usize {
  return <usize>((n + 3) & ~3);
}

export function begin(n: i32, sums: usize): void {
  memory.fill(sums, 0, 12 * rounded(n));
}

/** Adds the block to the totals and starts the next one. */
export function flush(n: i32, sums: usize): void {
  const end = sums + (rounded(n) << 2);
  let total = end;
  for (let p = sums; p < end; p += 16) {
    const x = v128.load(p), high = i32x4.shuffle(x, x, 2, 3, 0, 1);
    v128.store(total, f64x2.add(v128.load(total), f64x2.promote_low_f32x4(x)));
    v128.store(total, f64x2.add(v128.load(total, 16), f64x2.promote_low_f32x4(high)), 16);
    v128.store(p, f32x4.splat(0));
    total += 32;
  }
}

/** out [n] = the totals. */
export function finish(n: i32, sums: usize, out: usize): void {
  flush(n, sums);
  let total = sums + (rounded(n) << 2);
  for (let i = 0; i < n; i += 2) {
    const pair = f32x4.demote_f64x2_zero(v128.load(total));
    if (n - i == 1) v128.store_lane<f32>(out, pair, 0);
    else v128.store_lane<f64>(out, pair, 0);
    total += 16;
    out += 8;
  }
}
