// Sums and maxima over one axis of [outer, n, inner], and where the largest of a row stands.
import { fill } from './lib/copy';
import { padded } from './lib/padded';
import { firstAt, maxRow, sumRow } from './lib/reduce';
import { loadPart, storePart } from './lib/simd';
import { COLUMNS, pieces, ROWS } from './lib/units';

/** Rows added in f32 before f64 takes over. */
@inline const BLOCK: i32 = 64;

/** Units where the last axis goes: blocks of rows. */
export function lastUnits(outer: i32): i32 {
  return pieces(outer, ROWS);
}

/** Units where another axis goes: blocks of columns, each of which is joined over all n rows in order. */
export function middleUnits(outer: i32, inner: i32): i32 {
  return outer * pieces(inner, COLUMNS);
}

@inline
function last(max: bool, from: i32, to: i32, outer: i32, n: i32, x: usize, y: usize): void {
  const end = min(outer, to * ROWS);
  for (let i = from * ROWS; i < end; i++) {
    const row = x + (<usize>(i * n) << 2);
    store<f32>(y + (<usize>i << 2), max ? maxRow(n, row) : sumRow(n, row));
  }
}

export function sumLast(from: i32, to: i32, outer: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  last(false, from, to, outer, n, x, y);
}

export function maxLast(from: i32, to: i32, outer: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  last(true, from, to, outer, n, x, y);
}

/** y [rows] = the first place of the largest number of each row; -1 where that is not finite. A unit is a row: of logits one is long. */
export function argmax(from: i32, to: i32, N: i32, x: usize, y: usize, scratch: usize): void {
  for (let i = from; i < to; i++) {
    const row = x + (<usize>(i * N) << 2), largest = maxRow(N, row);
    store<i32>(y + (<usize>i << 2), isFinite(largest) ? firstAt(N, row, largest) : -1);
  }
}

@inline
function join(max: bool, a: v128, b: v128): v128 {
  return max ? f32x4.max(a, b) : f32x4.add(a, b);
}

/** y [inner] = sum or maximum, in order, of n rows of x, `step` bytes apart. */
@inline
function columns(max: bool, n: i32, inner: i32, x: usize, step: usize, y: usize): void {
  if (n == 0) {
    fill(inner, max ? -Infinity : 0, y);
    return;
  }
  let j = 0;
  for (; j + 16 <= inner; j += 16) {
    let p = x + (<usize>j << 2);
    const to = y + (<usize>j << 2);
    let s0 = v128.load(p), s1 = v128.load(p, 16), s2 = v128.load(p, 32), s3 = v128.load(p, 48);
    for (let i = 1; i < n; i++) {
      p += step;
      s0 = join(max, s0, v128.load(p));
      s1 = join(max, s1, v128.load(p, 16));
      s2 = join(max, s2, v128.load(p, 32));
      s3 = join(max, s3, v128.load(p, 48));
    }
    v128.store(to, s0); v128.store(to, s1, 16); v128.store(to, s2, 32); v128.store(to, s3, 48);
  }
  for (; j + 4 <= inner; j += 4) {
    let p = x + (<usize>j << 2), s = v128.load(p);
    for (let i = 1; i < n; i++) s = join(max, s, v128.load((p += step)));
    v128.store(y + (<usize>j << 2), s);
  }
  if (j < inner) {
    let p = x + (<usize>j << 2), s = loadPart(p, inner - j);
    for (let i = 1; i < n; i++) s = join(max, s, loadPart((p += step), inner - j));
    storePart(y + (<usize>j << 2), s, inner - j);
  }
}

/** total [n] of f64 += x [n] of f32; n is a multiple of 4, x and total have room for it. */
function widenRow(n: i32, x: usize, total: usize): void {
  for (let i = 0; i < n; i += 2) {
    v128.store(total, f64x2.add(v128.load(total), f64x2.promote_low_f32x4(v128.load64_zero(x))));
    x += 8;
    total += 16;
  }
}

function narrowRow(n: i32, total: usize, y: usize): void {
  for (let i = 0; i < n; i += 2) {
    const pair = f32x4.demote_f64x2_zero(v128.load(total));
    if (n - i == 1) v128.store_lane<f32>(y, pair, 0);
    else v128.store_lane<f64>(y, pair, 0);
    total += 16;
    y += 8;
  }
}

/** Bytes of scratch of a sum: a row of `inner` in f32 and one in f64. */
export function sumScratch(n: i32, inner: i32): i32 {
  return n <= BLOCK ? 0 : 12 * padded(inner);
}

/** y [inner] = sum of n rows of x, `step` bytes apart. */
@inline
function sumColumns(n: i32, inner: i32, x: usize, step: usize, y: usize, scratch: usize): void {
  if (n <= BLOCK) {
    columns(false, n, inner, x, step, y);
    return;
  }
  const room = padded(inner), total = scratch + (<usize>room << 2);
  memory.fill(scratch, 0, <usize>room * 12);
  for (let k = 0; k < n; k += BLOCK) {
    columns(false, min(BLOCK, n - k), inner, x, step, scratch);
    widenRow(room, scratch, total);
    x += step * BLOCK;
  }
  narrowRow(inner, total, y);
}

@inline
function middle(
  max: bool, from: i32, to: i32, n: i32, inner: i32, x: usize, y: usize, scratch: usize,
): void {
  const blocks = pieces(inner, COLUMNS), step = <usize>inner << 2;
  let i = from / blocks, first = from - i * blocks;
  for (let unit = from; unit < to; ) {
    // Blocks of one outer index that come one after the other are joined together.
    const m = min(blocks - first, to - unit), j = first * COLUMNS, width = min(inner - j, m * COLUMNS);
    const p = x + ((i * n * inner + j) << 2), q = y + ((i * inner + j) << 2);
    if (max) columns(true, n, width, p, step, q);
    else sumColumns(n, width, p, step, q, scratch);
    unit += m;
    first = 0;
    i++;
  }
}

export function sumMiddle(
  from: i32, to: i32, n: i32, inner: i32, x: usize, y: usize, scratch: usize,
): void {
  middle(false, from, to, n, inner, x, y, scratch);
}

export function maxMiddle(
  from: i32, to: i32, n: i32, inner: i32, x: usize, y: usize, scratch: usize,
): void {
  middle(true, from, to, n, inner, x, y, scratch);
}
