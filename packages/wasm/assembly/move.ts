// Copies between strided places. Steps are in floats; outer axes have a source step s and a target step t.
import { copy, fill } from './lib/copy';
import { loadPart, storePart } from './lib/simd';

/** Contiguous rows of n. */
export function rows(
  d0: i32, d1: i32, d2: i32, n: i32, x: usize, s0: i32, s1: i32, s2: i32, y: usize, t0: i32, t1: i32, t2: i32,
): void {
  for (let i = 0; i < d0; i++) {
    for (let j = 0; j < d1; j++) {
      let p = x + ((i * s0 + j * s1) << 2), q = y + ((i * t0 + j * t1) << 2);
      for (let k = 0; k < d2; k++) {
        copy(n, p, q);
        p += s2 << 2;
        q += t2 << 2;
      }
    }
  }
}

/** Rows of n equal numbers. */
export function splats(d0: i32, d1: i32, d2: i32, n: i32, x: usize, s0: i32, s1: i32, s2: i32, y: usize): void {
  for (let i = 0; i < d0; i++) {
    for (let j = 0; j < d1; j++) {
      for (let k = 0; k < d2; k++) {
        fill(n, load<f32>(x + ((i * s0 + j * s1 + k * s2) << 2)), y);
        y += <usize>n << 2;
      }
    }
  }
}

/** Rows of n equal numbers `value`, target steps apart. */
export function fills(d: i32, n: i32, value: f32, y: usize, t: i32): void {
  for (let i = 0; i < d; i++) {
    fill(n, value, y);
    y += t << 2;
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

/** y[c][r] = x[r][c] for R rows of C, in blocks of 32 x 32, which stay in the first cache. */
function transpose(R: i32, C: i32, x: usize, xs: usize, y: usize, ys: usize): void {
  for (let r0 = 0; r0 < R; r0 += 32) {
    const r1 = min(r0 + 32, R);
    for (let c0 = 0; c0 < C; c0 += 32) {
      const c1 = min(c0 + 32, C);
      for (let r = r0; r < r1; r += 4) {
        const n = min(4, r1 - r);
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
}

/** [d0,d1,d2] planes of R rows (xs apart) of C numbers, each written as C rows (ys apart) of R. */
export function transposes(
  d0: i32, d1: i32, d2: i32, R: i32, C: i32,
  x: usize, s0: i32, s1: i32, s2: i32, xs: i32, y: usize, t0: i32, t1: i32, t2: i32, ys: i32,
): void {
  for (let i = 0; i < d0; i++) {
    for (let j = 0; j < d1; j++) {
      for (let k = 0; k < d2; k++) {
        const p = x + ((i * s0 + j * s1 + k * s2) << 2), q = y + ((i * t0 + j * t1 + k * t2) << 2);
        transpose(R, C, p, <usize>xs << 2, q, <usize>ys << 2);
      }
    }
  }
}

/** Planes of R x C: kept where low <= column - row <= high, `value` elsewhere. */
export function band(n: i32, R: i32, C: i32, low: i32, high: i32, value: f32, x: usize, y: usize): void {
  for (let z = 0; z < n; z++) {
    for (let i = 0; i < R; i++) {
      const from = max(0, min(C, i + low)), to = max(from, min(C, i + high + 1));
      fill(from, value, y);
      copy(to - from, x + (from << 2), y + (from << 2));
      fill(C - to, value, y + (to << 2));
      x += <usize>C << 2;
      y += <usize>C << 2;
    }
  }
}
