// Operands of the matrix product as its tiles read them: B in panels of NR columns, [N/NR][K][NR]; A transposed in panels [K][8].
import { bytes, load4, loadSome } from './bf16';
import { NR } from './tile';

/** Rows of B packed at once: a panel of 8 KiB stays in the first cache. */
@inline export const KC: i32 = 256;
/** Columns of B packed at once: a block of 512 KiB stays in the second cache. */
@inline export const NC: i32 = 512;

/** Four numbers of a row, of which n (<= 4, may be below 1) exist. */
@inline
function part(bf16: bool, p: usize, n: i32): v128 {
  return n >= 4 ? load4(bf16, p) : n > 0 ? loadSome(bf16, p, n) : f32x4.splat(0);
}

/** Rows of B are contiguous. */
@inline
function packRows(width: i32, bf16: bool, K: i32, N: i32, b: usize, rs: usize, out: usize): void {
  for (let j = 0; j < N; j += width) {
    const n = N - j;
    let from = b + bytes(bf16, j);
    if (n >= width) {
      for (let k = 0; k < K; k++) {
        v128.store(out, load4(bf16, from));
        v128.store(out, load4(bf16, from + bytes(bf16, 4)), 16);
        if (width == 16) {
          v128.store(out, load4(bf16, from + bytes(bf16, 8)), 32);
          v128.store(out, load4(bf16, from + bytes(bf16, 12)), 48);
        }
        from += rs;
        out += width << 2;
      }
    } else {
      for (let k = 0; k < K; k++) {
        for (let at = 0; at < width; at += 4) v128.store(out + (at << 2), part(bf16, from + bytes(bf16, at), n - at));
        from += rs;
        out += width << 2;
      }
    }
  }
}

/** Columns of B are contiguous: four of them, four rows at a time, are turned in registers. */
@inline
function packColumns(width: i32, bf16: bool, K: i32, N: i32, b: usize, cs: usize, out: usize): void {
  for (let j = 0; j < N; j += 4) {
    const to = out + (((j / width) * K * width + j % width) << 2);
    const b0 = b + <usize>j * cs;
    // A column that does not exist is read as the first one and multiplied away by never being stored from the tile.
    const b1 = j + 1 < N ? b0 + cs : b0, b2 = j + 2 < N ? b1 + cs : b0, b3 = j + 3 < N ? b2 + cs : b0;
    let row = to;
    for (let k = 0; k < K; k += 4) {
      const at = bytes(bf16, k);
      const x0 = part(bf16, b0 + at, K - k), x1 = part(bf16, b1 + at, K - k);
      const x2 = part(bf16, b2 + at, K - k), x3 = part(bf16, b3 + at, K - k);
      const l01 = i32x4.shuffle(x0, x1, 0, 4, 1, 5), l23 = i32x4.shuffle(x2, x3, 0, 4, 1, 5);
      const h01 = i32x4.shuffle(x0, x1, 2, 6, 3, 7), h23 = i32x4.shuffle(x2, x3, 2, 6, 3, 7);
      v128.store(row, i64x2.shuffle(l01, l23, 0, 2));
      if (k + 1 < K) v128.store(row + (width << 2), i64x2.shuffle(l01, l23, 1, 3));
      if (k + 2 < K) v128.store(row + (width << 3), i64x2.shuffle(h01, h23, 0, 2));
      if (k + 3 < K) v128.store(row + width * 12, i64x2.shuffle(h01, h23, 1, 3));
      row += width << 4;
    }
  }
}

/** Packs B, in panels of `width` columns, a literal. One of the strides (in elements) is 1. */
@inline
export function packPanels(width: i32, bf16: bool, K: i32, N: i32, b: usize, rs: i32, cs: i32, out: usize): void {
  if (cs == 1) packRows(width, bf16, K, N, b, bytes(bf16, rs), out);
  else packColumns(width, bf16, K, N, b, bytes(bf16, cs), out);
}

/** As the product reads it. */
export function packB(K: i32, N: i32, b: usize, rs: i32, cs: i32, out: usize): void {
  packPanels(NR, false, K, N, b, rs, cs, out);
}

/** The same of a block stored in bf16. */
export function packBF16(K: i32, N: i32, b: usize, rs: i32, cs: i32, out: usize): void {
  packPanels(NR, true, K, N, b, rs, cs, out);
}

/** In panels of eight columns. */
export function packB8(K: i32, N: i32, b: usize, rs: i32, cs: i32, out: usize): void {
  packPanels(8, false, K, N, b, rs, cs, out);
}

/** A panel of rows of which the columns are contiguous, cs bytes apart; m of its 8 rows exist. */
export function packA(m: i32, K: i32, a: usize, cs: usize, out: usize): void {
  for (let k = 0; k < K; k++) {
    v128.store(out, part(false, a, m));
    v128.store(out, part(false, a + 16, m - 4), 16);
    a += cs;
    out += 32;
  }
}
