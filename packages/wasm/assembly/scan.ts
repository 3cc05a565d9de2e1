// Inclusive cumulative sums along one axis of [outer, n, inner], from either end.
import { loadPart, storePart } from './lib/simd';
import { COLUMNS, pieces, ROWS } from './lib/units';

/** Lane i becomes the sum of lanes 0..i. */
@inline
function prefix(x: v128): v128 {
  const zero = f32x4.splat(0);
  const y = f32x4.add(x, i32x4.shuffle(zero, x, 0, 4, 5, 6));
  return f32x4.add(y, i32x4.shuffle(zero, y, 0, 1, 4, 5));
}

@inline
function mirror(x: v128): v128 {
  return i32x4.shuffle(x, x, 3, 2, 1, 0);
}

function forwards(n: i32, x: usize, y: usize): void {
  let carry = f32x4.splat(0), i = 0;
  for (; i + 4 <= n; i += 4) {
    const s = f32x4.add(carry, prefix(v128.load(x)));
    v128.store(y, s);
    carry = i32x4.shuffle(s, s, 3, 3, 3, 3);
    x += 16;
    y += 16;
  }
  if (i < n) storePart(y, f32x4.add(carry, prefix(loadPart(x, n - i))), n - i);
}

/** The mirror image: the sum over the elements from i to the end, which come first. */
function backwards(n: i32, x: usize, y: usize): void {
  let carry = f32x4.splat(0), i = n;
  for (; i >= 4; i -= 4) {
    const at = <usize>(i - 4) << 2, s = f32x4.add(carry, prefix(mirror(v128.load(x + at))));
    v128.store(y + at, mirror(s));
    carry = i32x4.shuffle(s, s, 3, 3, 3, 3);
  }
  // Absent lanes are zeros at the far end, so the sums of the others do not see them.
  if (i > 0) storePart(y, mirror(f32x4.add(carry, prefix(mirror(loadPart(x, i))))), i);
}

/** Units along the last axis: blocks of rows. */
export function lastUnits(outer: i32): i32 {
  return pieces(outer, ROWS);
}

/** Units along another axis: blocks of columns. */
export function middleUnits(outer: i32, inner: i32): i32 {
  return outer * pieces(inner, COLUMNS);
}

export function cumsumLast(
  from: i32, to: i32, outer: i32, n: i32, reverse: bool, x: usize, y: usize, scratch: usize,
): void {
  const end = min(outer, to * ROWS);
  for (let i = from * ROWS; i < end; i++) {
    const at = <usize>(i * n) << 2;
    if (reverse) backwards(n, x + at, y + at);
    else forwards(n, x + at, y + at);
  }
}

/** Columns of n rows, `step` bytes apart, of which the first to be added is at x. */
function columns(n: i32, width: i32, step: usize, x: usize, y: usize): void {
  for (let j = 0; j < width; j += 4) {
    const m = min(4, width - j);
    let at = <usize>j << 2, s = f32x4.splat(0);
    if (m == 4) {
      for (let i = 0; i < n; i++) {
        s = f32x4.add(s, v128.load(x + at));
        v128.store(y + at, s);
        at += step;
      }
    } else {
      for (let i = 0; i < n; i++) {
        s = f32x4.add(s, loadPart(x + at, m));
        storePart(y + at, s, m);
        at += step;
      }
    }
  }
}

export function cumsumMiddle(
  from: i32, to: i32, n: i32, inner: i32, reverse: bool, x: usize, y: usize, scratch: usize,
): void {
  const blocks = pieces(inner, COLUMNS), bytes = <usize>inner << 2;
  const step = reverse ? 0 - bytes : bytes, start = reverse ? (n - 1) * inner : 0;
  for (let unit = from; unit < to; unit++) {
    const i = unit / blocks, j = (unit - i * blocks) * COLUMNS;
    const at = <usize>(i * n * inner + start + j) << 2;
    columns(n, min(COLUMNS, inner - j), step, x + at, y + at);
  }
}
