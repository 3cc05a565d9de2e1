// Copies between strided places. Steps are in floats; outer axes have a source step s and a target step t.
import { copy, fill } from './lib/copy';

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

/** Four rows of four, turned in registers. */
@inline
function turn(x: usize, xs: usize, y: usize, ys: usize): void {
  const x1 = x + xs, x2 = x1 + xs, x3 = x2 + xs, y1 = y + ys, y2 = y1 + ys, y3 = y2 + ys;
  const a = v128.load(x), b = v128.load(x1), c = v128.load(x2), d = v128.load(x3);
  const l0 = i32x4.shuffle(a, b, 0, 4, 1, 5), l1 = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const h0 = i32x4.shuffle(a, b, 2, 6, 3, 7), h1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(y, i64x2.shuffle(l0, l1, 0, 2));
  v128.store(y1, i64x2.shuffle(l0, l1, 1, 3));
  v128.store(y2, i64x2.shuffle(h0, h1, 0, 2));
  v128.store(y3, i64x2.shuffle(h0, h1, 1, 3));
}

/** y[c][r] = x[r][c] for R rows of C, in blocks of 32 x 32, which stay in the first cache. */
function transpose(R: i32, C: i32, x: usize, xs: usize, y: usize, ys: usize): void {
  for (let r0 = 0; r0 < R; r0 += 32) {
    const r1 = min(r0 + 32, R), rf = r0 + ((r1 - r0) & ~3);
    for (let c0 = 0; c0 < C; c0 += 32) {
      const c1 = min(c0 + 32, C), cf = c0 + ((c1 - c0) & ~3);
      for (let r = r0; r < rf; r += 4) {
        for (let c = c0; c < cf; c += 4) turn(x + <usize>r * xs + (c << 2), xs, y + <usize>c * ys + (r << 2), ys);
        for (let c = cf; c < c1; c++) {
          for (let q = r; q < r + 4; q++) store<f32>(y + <usize>c * ys + (q << 2), load<f32>(x + <usize>q * xs + (c << 2)));
        }
      }
      for (let r = rf; r < r1; r++) {
        for (let c = c0; c < c1; c++) store<f32>(y + <usize>c * ys + (r << 2), load<f32>(x + <usize>r * xs + (c << 2)));
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
