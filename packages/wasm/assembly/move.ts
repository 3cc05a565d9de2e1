// Copies between strided places. Steps are in floats; outer axes have a source step s and a target step t.
import { copy, fill } from './lib/copy';
import { loadPart, storePart } from './lib/simd';
import { ELEMENTS, pieces } from './lib/units';

/** Rows of a plane that are turned together: a block of 32 x 32 stays in the first cache. */
@inline const TURNED: i32 = 32;

/** Units of n elements of y. */
export function units(n: i32): i32 {
  return pieces(n, ELEMENTS);
}

/** Units of n planes of R rows that are turned. */
export function transposeUnits(n: i32, R: i32): i32 {
  return n * pieces(R, TURNED);
}

/** Rows of n, copied (xn = 1) or n times the same number (xn = 0). A unit may begin and end within a row. */
export function rows(
  from: i32, to: i32, d0: i32, d1: i32, d2: i32, n: i32,
  x: usize, s0: i32, s1: i32, s2: i32, xn: i32, y: usize, t0: i32, t1: i32, t2: i32, scratch: usize,
): void {
  const start = from * ELEMENTS, first = start / n;
  let k = first % d2, j = first / d2 % d1, i = first / d2 / d1;
  // Where the first row is not whole, its rest begins so many floats on.
  let column = start - first * n, skip = column * xn;
  let left = min(d0 * d1 * d2 * n, to * ELEMENTS) - start, m = min(n - column, left);
  while (left > 0) {
    let p = x + ((i * s0 + j * s1 + k * s2 + skip) << 2), q = y + ((i * t0 + j * t1 + k * t2 + column) << 2);
    for (; k < d2 && left > 0; k++) {
      if (xn) copy(m, p, q);
      else fill(m, load<f32>(p), q);
      left -= m;
      m = min(n, left);
      p += (s2 - skip) << 2;
      q += (t2 - column) << 2;
      skip = column = 0;
    }
    k = 0;
    if (++j == d1) {
      j = 0;
      i++;
    }
  }
}

/** Columns j..j+m of a row of which columns low..high are those of x, which starts at column low, and all others `value`. */
@inline
function framed(j: i32, m: i32, low: i32, high: i32, value: f32, x: usize, y: usize): void {
  const first = max(j, min(low, j + m)), last = max(first, min(high, j + m));
  fill(first - j, value, y);
  copy(last - first, x + ((first - low) << 2), y + ((first - j) << 2));
  fill(j + m - last, value, y + ((last - j) << 2));
}

/** Rows of n, each with zeros before and after it. */
export function pad(
  from: i32, to: i32, rows: i32, n: i32, before: i32, after: i32, x: usize, y: usize, scratch: usize,
): void {
  const width = before + n + after, end = min(rows * width, to * ELEMENTS);
  let at = from * ELEMENTS, i = at / width, j = at - i * width;
  y += <usize>at << 2;
  while (at < end) {
    const m = min(width - j, end - at);
    framed(j, m, before, before + n, 0, x + ((i * n) << 2), y);
    y += <usize>m << 2;
    at += m;
    i++;
    j = 0;
  }
}

/** Planes of R x C: kept where low <= column - row <= high, `value` elsewhere. */
export function band(
  from: i32, to: i32, planes: i32, R: i32, C: i32, low: i32, high: i32, value: f32, x: usize, y: usize, scratch: usize,
): void {
  let at = from * ELEMENTS, row = at / C, j = at - row * C, i = row % R;
  const end = min(planes * R * C, to * ELEMENTS);
  x += <usize>at << 2;
  y += <usize>at << 2;
  while (at < end) {
    const m = min(C - j, end - at), first = max(0, min(C, i + low)), last = max(first, min(C, i + high + 1));
    framed(j, m, first, last, value, x + ((first - j) << 2), y);
    x += <usize>m << 2;
    y += <usize>m << 2;
    at += m;
    j = 0;
    if (++i == R) i = 0;
  }
}

@inline
function part(p: usize, n: i32): v128 {
  return n == 4 ? v128.load(p) : loadPart(p, n);
}

@inline
function keep(p: usize, x: v128, n: i32): void {
  if (n == 4) v128.store(p, x);
  else storePart(p, x, n);
}

/** n rows of m numbers, both in 1..4, turned in registers. */
@inline
function turn(n: i32, m: i32, x: usize, xs: usize, y: usize, ys: usize): void {
  // Rows that do not exist are read as the last one and not stored.
  const x1 = n > 1 ? x + xs : x, x2 = n > 2 ? x1 + xs : x1, x3 = n > 3 ? x2 + xs : x2;
  const a = part(x, m), b = part(x1, m), c = part(x2, m), d = part(x3, m);
  const l0 = i32x4.shuffle(a, b, 0, 4, 1, 5), l1 = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const h0 = i32x4.shuffle(a, b, 2, 6, 3, 7), h1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  keep(y, i64x2.shuffle(l0, l1, 0, 2), n);
  if (m > 1) keep(y + ys, i64x2.shuffle(l0, l1, 1, 3), n);
  if (m > 2) keep(y + ys * 2, i64x2.shuffle(h0, h1, 0, 2), n);
  if (m > 3) keep(y + ys * 3, i64x2.shuffle(h0, h1, 1, 3), n);
}

function edge(n: i32, m: i32, x: usize, xs: usize, y: usize, ys: usize): void {
  turn(n, m, x, xs, y, ys);
}

/** y[c][r] = x[r][c] for at most 32 rows of C. */
function transpose(R: i32, C: i32, x: usize, xs: usize, y: usize, ys: usize): void {
  for (let c0 = 0; c0 < C; c0 += TURNED) {
    const c1 = min(c0 + TURNED, C);
    for (let r = 0; r < R; r += 4) {
      const n = min(4, R - r);
      let p = x + <usize>r * xs + (c0 << 2), q = y + <usize>c0 * ys + (r << 2);
      for (let c = c0; c < c1; c += 4) {
        if (n == 4 && c1 - c >= 4) turn(4, 4, p, xs, q, ys);
        else edge(n, min(4, c1 - c), p, xs, q, ys);
        p += 16;
        q += ys << 2;
      }
    }
  }
}

/** [d0,d1,d2] planes of R rows (xs apart) of C numbers, each written as C rows (ys apart) of R. */
export function transposes(
  from: i32, to: i32, d0: i32, d1: i32, d2: i32, R: i32, C: i32,
  x: usize, s0: i32, s1: i32, s2: i32, xs: i32, y: usize, t0: i32, t1: i32, t2: i32, ys: i32, scratch: usize,
): void {
  const blocks = pieces(R, TURNED), plane = from / blocks;
  let block = from - plane * blocks, k = plane % d2, j = plane / d2 % d1, i = plane / d2 / d1;
  let p = x + ((i * s0 + j * s1 + k * s2) << 2), q = y + ((i * t0 + j * t1 + k * t2) << 2);
  for (let unit = from; unit < to; unit++) {
    const r = block * TURNED;
    transpose(min(TURNED, R - r), C, p + ((r * xs) << 2), <usize>xs << 2, q + (r << 2), <usize>ys << 2);
    if (++block < blocks) continue;
    block = 0;
    p += s2 << 2;
    q += t2 << 2;
    if (++k < d2) continue;
    k = 0;
    if (++j == d1) {
      j = 0;
      i++;
    }
    p = x + ((i * s0 + j * s1) << 2);
    q = y + ((i * t0 + j * t1) << 2);
  }
}
