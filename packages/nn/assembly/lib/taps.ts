// Filters of W taps along time, one per channel. Of every sequence, `inputs` are the W-1 inputs before it (h0, or zeros) and x [T,D]: output t
// reads inputs t .. t+W-1. The first of them lie in a window of 2 (W-1) rows, put together in scratch; the others are x itself.
import { copy, fill } from '../../../wasm/assembly/lib/copy';
import { ZEROS } from '../../../wasm/assembly/lib/build';
import { fma } from '../../../wasm/assembly/lib/simd';
import { get, put } from './row';

/** taps [W,D] = weight [D,W] turned, so that channels are neighbours. */
export function turn(D: i32, W: i32, weight: usize, taps: usize): void {
  for (let d = 0; d < D; d++) {
    for (let j = 0; j < W; j++) {
      store<f32>(taps + (<usize>(j * D + d) << 2), load<f32>(weight));
      weight += 4;
    }
  }
}

/** The window of C channels, in rows of `step` bytes; those of x and h0 have `row` bytes. */
export function open(T: i32, C: i32, W: i32, row: usize, x: usize, h0: usize, window: usize, step: usize): void {
  for (let j = 0; j < W - 1; j++) {
    if (h0) copy(C, h0 + <usize>j * row, window);
    else fill(C, 0, window);
    window += step;
  }
  for (let t = 0; t < min(W - 1, T); t++) {
    copy(C, x + <usize>t * row, window);
    window += step;
  }
}

/**
 * out[t] = start + the sum over j of taps[j] from[t+j], for n rows of C channels. Bytes: `tap` from one j to the next in `from`, `step` from
 * one t to the next, `tapRow` and `row` from row to row of taps and out. A start of 0 (no pointer) is 0.
 */
export function products(
  n: i32, C: i32, W: i32, from: usize, tap: isize, step: usize, taps: usize, tapRow: usize, start: usize,
  out: usize, row: usize,
): void {
  const wide = <usize>(C & ~15) << 2, whole = <usize>(C & ~3) << 2, rest = C & 3;
  for (; n > 0; n--) {
    let c: usize = 0;
    for (; c < wide; c += 64) sixteen(c, W, from, tap, taps, tapRow, start, out);
    for (; c < whole; c += 16) four(0, c, W, from, tap, taps, tapRow, start, out);
    if (rest) four(rest, c, W, from, tap, taps, tapRow, start, out);
    from += step;
    out += row;
  }
}

@inline
function four(
  rest: i32, at: usize, W: i32, from: usize, tap: isize, taps: usize, tapRow: usize, start: usize, out: usize,
): void {
  let p = from + at, q = taps + at, s = start ? get(start + at, rest) : f32x4.splat(0);
  for (let j = 0; j < W; j++) {
    s = fma(get(p, rest), get(q, rest), s);
    p += tap;
    q += tapRow;
  }
  put(out + at, s, rest);
}

@inline
function sixteen(
  at: usize, W: i32, from: usize, tap: isize, taps: usize, tapRow: usize, start: usize, out: usize,
): void {
  // Without a branch, which would keep the engine from pairing what follows.
  const first = start ? start + at : ZEROS;
  let p = from + at, q = taps + at;
  let s0 = v128.load(first), s1 = v128.load(first, 16), s2 = v128.load(first, 32), s3 = v128.load(first, 48);
  for (let j = 0; j < W; j++) {
    s0 = fma(v128.load(p), v128.load(q), s0); s1 = fma(v128.load(p, 16), v128.load(q, 16), s1);
    s2 = fma(v128.load(p, 32), v128.load(q, 32), s2); s3 = fma(v128.load(p, 48), v128.load(q, 48), s3);
    p += tap;
    q += tapRow;
  }
  v128.store(out + at, s0); v128.store(out + at, s1, 16);
  v128.store(out + at, s2, 32); v128.store(out + at, s3, 48);
}

/** sums[j] += sum over n rows of dp[t] from[t+j], four taps at a time; sums[W] += sum of dp. `own`: bytes of a row of dp and of sums. */
@inline
export function tapSums(
  rest: i32, at: usize, n: i32, W: i32, dp: usize, from: usize, step: usize, sums: usize, own: usize,
): void {
  const zero = f32x4.splat(0);
  for (let j = 0; j < W; j += 4) {
    // Taps that do not exist are read as the first one and not stored.
    let p = dp + at, q0 = from + <usize>j * step + at;
    let q1 = j + 1 < W ? q0 + step : q0, q2 = j + 2 < W ? q1 + step : q0, q3 = j + 3 < W ? q2 + step : q0;
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero, s = zero;
    for (let t = 0; t < n; t++) {
      const d = get(p, rest);
      s0 = fma(d, get(q0, rest), s0);
      s1 = fma(d, get(q1, rest), s1);
      s2 = fma(d, get(q2, rest), s2);
      s3 = fma(d, get(q3, rest), s3);
      s = f32x4.add(s, d);
      p += own;
      q0 += step;
      q1 += step;
      q2 += step;
      q3 += step;
    }
    const to = sums + <usize>j * own + at;
    put(to, f32x4.add(get(to, rest), s0), rest);
    if (j + 1 < W) put(to + own, f32x4.add(get(to + own, rest), s1), rest);
    if (j + 2 < W) put(to + 2 * own, f32x4.add(get(to + 2 * own, rest), s2), rest);
    if (j + 3 < W) put(to + 3 * own, f32x4.add(get(to + 3 * own, rest), s3), rest);
    if (j == 0) {
      const last = sums + <usize>W * own + at;
      put(last, f32x4.add(get(last, rest), s), rest);
    }
  }
}

/** The same for the eight channels at `at`, whose lanes pair. */
export function tapSums8(at: usize, n: i32, W: i32, dp: usize, from: usize, step: usize, sums: usize, own: usize): void {
  for (let j = 0; j < W; j += 4) {
    let p = dp + at, q0 = from + <usize>j * step + at, to = sums + <usize>j * own + at;
    const q1 = j + 1 < W ? step : 0, q2 = j + 2 < W ? q1 + step : 0, q3 = j + 3 < W ? q2 + step : 0;
    let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
    for (let t = 0; t < n; t++) {
      const d0 = v128.load(p), d1 = v128.load(p, 16);
      s00 = fma(d0, v128.load(q0), s00); s01 = fma(d1, v128.load(q0, 16), s01);
      s10 = fma(d0, v128.load(q0 + q1), s10); s11 = fma(d1, v128.load(q0 + q1, 16), s11);
      s20 = fma(d0, v128.load(q0 + q2), s20); s21 = fma(d1, v128.load(q0 + q2, 16), s21);
      s30 = fma(d0, v128.load(q0 + q3), s30); s31 = fma(d1, v128.load(q0 + q3, 16), s31);
      p += own;
      q0 += step;
    }
    add8(to, s00, s01);
    if (j + 1 < W) add8(to + own, s10, s11);
    if (j + 2 < W) add8(to + 2 * own, s20, s21);
    if (j + 3 < W) add8(to + 3 * own, s30, s31);
  }
  let s0 = f32x4.splat(0), s1 = s0, p = dp + at;
  for (let t = 0; t < n; t++) {
    s0 = f32x4.add(s0, v128.load(p));
    s1 = f32x4.add(s1, v128.load(p, 16));
    p += own;
  }
  add8(sums + <usize>W * own + at, s0, s1);
}

@inline
function add8(to: usize, x: v128, y: v128): void {
  const u = f32x4.add(v128.load(to), x), v = f32x4.add(v128.load(to, 16), y);
  v128.store(to, u);
  v128.store(to, v, 16);
}
