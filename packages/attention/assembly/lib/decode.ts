// One query of several heads: keys and values are read where they stand, in a ring and behind it in a sequence. Rows hold all heads, so
// the heads take turns at a tile of rows that the caches hold.
import { packB8 } from '../../../wasm/assembly/lib/pack';
import { padded, padRow } from '../../../wasm/assembly/lib/padded';
import { row, rowT } from '../../../wasm/assembly/lib/row';
import { smallMatmul } from '../../../wasm/assembly/lib/small-matmul';
import { scale as scaleRow } from '../../../wasm/assembly/lib/softmax';
import { weigh } from './weights';

/** Bytes of the rows of a tile, as near as there are at least two panels of eight. */
@inline const TILE: i32 = 32768;

/** Bytes of scratch for `heads` query heads that see so many keys. */
export function decodeBytes(heads: i32, keys: i32, D: i32): f64 {
  return 4 * (<f64>heads * (<f64>padded(D) + <f64>padded(keys)) + 8 * <f64>D);
}

/** Rows of a tile. */
@inline
function tileOf(step: usize): i32 {
  return max(16, TILE / <i32>step & ~7);
}

/**
 * e [h] = scores of m rows, for H query heads of which every G read the same key head: four at a time from keys that were turned once,
 * if they can, with the sums of a row alone.
 */
function scoresOf(
  m: i32, H: i32, G: i32, D: i32, qx: usize, k: usize, ks: usize, e: usize, es: usize, panel: usize,
): void {
  const tile = tileOf(ks), qs = <usize>padded(D) << 2;
  for (let s = 0; s < m; s += tile) for (let h = 0; h < H; h += G) {
    const rows = min(tile, m - s), whole = G & 3 ? 0 : rows & ~7;
    let q = qx + <usize>h * qs, from = k + <usize>s * ks + (<usize>(h / G * D) << 2), to = e + <usize>h * es + (<usize>s << 2);
    for (let i = 0; i < whole; i += 8) {
      packB8(D, 8, from, 1, <i32>ks >> 2, panel);
      smallMatmul(G, 8, D, q, qs, panel, 32, to, es, 0);
      from += ks << 3;
      to += 32;
    }
    for (let i = 0; i < G; i++) {
      rowT(rows - whole, D, q, 4, from, ks, to, false);
      q += qs;
      to += es;
    }
  }
}

/** y [h] = weighted values of m rows, added to what is there if `add`. */
function valuesOf(m: i32, H: i32, G: i32, V: i32, e: usize, es: usize, v: usize, vs: usize, y: usize, add: bool): void {
  const tile = tileOf(vs), ys = <usize>V << 2;
  for (let s = 0; s < m; s += tile) for (let h = 0; h < H; h += G) {
    const rows = min(tile, m - s), more = add || s > 0, from = v + <usize>s * vs + (<usize>(h / G * V) << 2);
    let w = e + <usize>h * es + (<usize>s << 2), to = y + <usize>h * ys;
    if (((G | V) & 3) == 0) {
      smallMatmul(G, V, rows, w, es, from, vs, to, ys, more ? 1 : 0);
      continue;
    }
    for (let i = 0; i < G; i++) {
      row(V, rows, w, 4, from, vs, to, more);
      w += es;
      to += ys;
    }
  }
}

/**
 * y [H,V] from q [H,D], times `scale`, and m rows of a ring of C, then n of a sequence, of H / G heads each; ks and vs bytes are from
 * one row to the next. `oldest` is the first of the ring, and after its last row comes row 0.
 */
export function decode(
  m: i32, oldest: i32, C: i32, n: i32, H: i32, G: i32, D: i32, V: i32, scale: f32,
  q: usize, k0: usize, v0: usize, k: usize, v: usize, ks: usize, vs: usize, y: usize, scratch: usize,
): void {
  const run = min(m, C - oldest), at = <usize>oldest, qs = <usize>padded(D) << 2, es = <usize>padded(m + n) << 2;
  const panel = scratch + <usize>H * (qs + es), e = scratch + <usize>H * qs, e1 = e + (<usize>run << 2), e2 = e + (<usize>m << 2);
  for (let h = 0; h < H; h++) padRow(D, f32x4.splat(scale), q + (<usize>(h * D) << 2), scratch + <usize>h * qs);
  scoresOf(run, H, G, D, scratch, k0 + at * ks, ks, e, es, panel);
  scoresOf(m - run, H, G, D, scratch, k0, ks, e1, es, panel);
  scoresOf(n, H, G, D, scratch, k, ks, e2, es, panel);
  // The queries are no longer needed.
  for (let h = 0; h < H; h++) store<f32>(scratch + <usize>h * qs, weigh(m + n, e + <usize>h * es));
  valuesOf(run, H, G, V, e, es, v0 + at * vs, vs, y, false);
  valuesOf(m - run, H, G, V, e1, es, v0, vs, y, true);
  valuesOf(n, H, G, V, e2, es, v, vs, y, m > 0);
  for (let h = 0; h < H; h++) scaleRow(V, y + (<usize>(h * V) << 2), load<f32>(scratch + <usize>h * qs));
}
