// Causal convolution over time, one filter of W taps per channel. Of every sequence, `inputs` are the W-1 inputs before it (h0, or zeros) and x:
// output t reads inputs t .. t+W-1. The first of them lie in a window of 2 (W-1) rows, put together in scratch; the others are x itself.
import { sigmoid } from '../../wasm/assembly/lib/exp';
import { copy } from '../../wasm/assembly/lib/copy';
import { fma } from '../../wasm/assembly/lib/simd';
import { begin, finish, flush } from './lib/columns';
import { get, put } from './lib/row';

/** Rows whose products with the inputs are added in registers. */
@inline const ROWS: i32 = 16;

/** taps [W,D] = weight [D,W] turned, so that channels are neighbours. */
function turn(D: i32, W: i32, weight: usize, taps: usize): void {
  for (let d = 0; d < D; d++) {
    for (let j = 0; j < W; j++) {
      store<f32>(taps + (<usize>(j * D + d) << 2), load<f32>(weight));
      weight += 4;
    }
  }
}

/** The window of one sequence. */
function open(T: i32, D: i32, W: i32, x: usize, h0: usize, window: usize): void {
  const past = (W - 1) * D;
  if (h0) copy(past, h0, window);
  else memory.fill(window, 0, <usize>past << 2);
  copy(min(W - 1, T) * D, x, window + (<usize>past << 2));
}

/** Where the inputs of output t begin. */
@inline
function inputsOf(t: i32, row: usize, W: i32, x: usize, window: usize): usize {
  return t < W - 1 ? window + <usize>t * row : x + <usize>(t - W + 1) * row;
}

/** Sum over j of taps[j] from[j], four channels at `at`; `back` is the step from one row of `from` to the next. */
@inline
function taken(rest: i32, at: usize, row: usize, W: i32, from: usize, back: isize, taps: usize, start: v128): v128 {
  let p = from + at, q = taps + at, s = start;
  for (let j = 0; j < W; j++) {
    s = fma(get(p, rest), get(q, rest), s);
    p += back;
    q += row;
  }
  return s;
}

@inline
function step(
  rest: i32, silu: bool, at: usize, row: usize, W: i32, from: usize, taps: usize, bias: usize, y: usize,
): void {
  const start = bias ? get(bias + at, rest) : f32x4.splat(0);
  const p = taken(rest, at, row, W, from, <isize>row, taps, start);
  put(y + at, silu ? f32x4.mul(p, sigmoid(p)) : p, rest);
}

/** Scratch: W + 2 (W-1) rows of D. */
export function forward(
  B: i32, T: i32, D: i32, W: i32, silu: bool, x: usize, weight: usize, bias: usize, h0: usize,
  y: usize, state: usize, scratch: usize,
): void {
  const row = <usize>D << 2, whole = <usize>(D & ~3) << 2, rest = D & 3;
  const taps = scratch, window = scratch + <usize>W * row, past = <usize>(W - 1) * row;
  turn(D, W, weight, taps);
  for (let b = 0; b < B; b++) {
    open(T, D, W, x, h0, window);
    for (let t = 0; t < T; t++) {
      const from = inputsOf(t, row, W, x, window);
      for (let at: usize = 0; at < whole; at += 16) step(0, silu, at, row, W, from, taps, bias, y);
      if (rest) step(rest, silu, whole, row, W, from, taps, bias, y);
      y += row;
    }
    copy((W - 1) * D, inputsOf(T, row, W, x, window), state);
    x += <usize>T * row;
    if (h0) h0 += past;
    state += past;
  }
}

/** The cotangent before the activation. */
@inline
function before(
  rest: i32, silu: bool, at: usize, row: usize, W: i32, from: usize, taps: usize, bias: usize, dy: usize, out: usize,
): void {
  const d = get(dy + at, rest);
  if (!silu) {
    put(out + at, d, rest);
    return;
  }
  const one = f32x4.splat(1), start = bias ? get(bias + at, rest) : f32x4.splat(0);
  const p = taken(rest, at, row, W, from, <isize>row, taps, start), s = sigmoid(p);
  put(out + at, f32x4.mul(d, f32x4.mul(s, fma(p, f32x4.sub(one, s), one))), rest);
}

/** sums[j] += sum over n rows of dp[t] inputs[t+j], four taps at a time; sums[W] += sum of dp. */
@inline
function weights(rest: i32, at: usize, row: usize, n: i32, W: i32, dp: usize, from: usize, sums: usize): void {
  const zero = f32x4.splat(0);
  for (let j = 0; j < W; j += 4) {
    // Taps that do not exist are read as the first one and not stored.
    let p = dp + at, q0 = from + <usize>j * row + at;
    let q1 = j + 1 < W ? q0 + row : q0, q2 = j + 2 < W ? q1 + row : q0, q3 = j + 3 < W ? q2 + row : q0;
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero, s = zero;
    for (let t = 0; t < n; t++) {
      const d = get(p, rest);
      s0 = fma(d, get(q0, rest), s0);
      s1 = fma(d, get(q1, rest), s1);
      s2 = fma(d, get(q2, rest), s2);
      s3 = fma(d, get(q3, rest), s3);
      s = f32x4.add(s, d);
      p += row;
      q0 += row;
      q1 += row;
      q2 += row;
      q3 += row;
    }
    const to = sums + <usize>j * row + at;
    put(to, f32x4.add(get(to, rest), s0), rest);
    if (j + 1 < W) put(to + row, f32x4.add(get(to + row, rest), s1), rest);
    if (j + 2 < W) put(to + 2 * row, f32x4.add(get(to + 2 * row, rest), s2), rest);
    if (j + 3 < W) put(to + 3 * row, f32x4.add(get(to + 3 * row, rest), s3), rest);
    if (j == 0) {
      const last = sums + <usize>W * row + at;
      put(last, f32x4.add(get(last, rest), s), rest);
    }
  }
}

@inline
function inputGrad(
  rest: i32, at: usize, row: usize, W: i32, dp: usize, taps: usize, dstate: usize, out: usize,
): void {
  const start = dstate ? get(dstate + at, rest) : f32x4.splat(0);
  put(out + at, taken(rest, at, row, W, dp, -<isize>row, taps, start), rest);
}

/**
 * Scratch: W + 2 (W-1) rows of D for taps and window, T + 2 (W-1) for the cotangents before the activation with zeros around them, one of
 * (W+1) D for dweight and dbias, and their sums (see `columns`).
 */
export function backward(
  B: i32, T: i32, D: i32, W: i32, silu: bool, dy: usize, dstate: usize, x: usize, weight: usize, bias: usize, h0: usize,
  dx: usize, dweight: usize, dbias: usize, dh0: usize, scratch: usize,
): void {
  const row = <usize>D << 2, whole = <usize>(D & ~3) << 2, rest = D & 3, past = <usize>(W - 1) * row;
  const taps = scratch, window = taps + <usize>W * row, zeros = window + 2 * past, dp = zeros + past;
  const turned = dp + <usize>T * row + past, sums = turned + <usize>(W + 1) * row;
  turn(D, W, weight, taps);
  memory.fill(zeros, 0, past);
  memory.fill(dp + <usize>T * row, 0, past);
  begin((W + 1) * D, sums);
  for (let b = 0; b < B; b++) {
    open(T, D, W, x, h0, window);
    for (let t = 0, n = 0; t < T; t += n) {
      // A block whose inputs lie in one place.
      n = min(ROWS, t < W - 1 ? min(W - 1, T) - t : T - t);
      const from = inputsOf(t, row, W, x, window), to = dp + <usize>t * row;
      for (let i = 0; i < n; i++) {
        const at = <usize>i * row, p = from + at, d = dy + at;
        for (let c: usize = 0; c < whole; c += 16) before(0, silu, c, row, W, p, taps, bias, d, to + at);
        if (rest) before(rest, silu, whole, row, W, p, taps, bias, d, to + at);
      }
      for (let c: usize = 0; c < whole; c += 16) weights(0, c, row, n, W, to, from, sums);
      if (rest) weights(rest, whole, row, n, W, to, from, sums);
      dy += <usize>n * row;
    }
    flush((W + 1) * D, sums);
    // Input i (counted from the first of h0) feeds the outputs i-W+1 .. i and, from T on, the state.
    for (let i = h0 ? 0 : W - 1; i < T + W - 1; i++) {
      const p = dp + <usize>i * row, s = i < T ? 0 : dstate + <usize>(i - T) * row;
      const out = i < W - 1 ? dh0 + <usize>i * row : dx + <usize>(i - W + 1) * row;
      for (let c: usize = 0; c < whole; c += 16) inputGrad(0, c, row, W, p, taps, s, out);
      if (rest) inputGrad(rest, whole, row, W, p, taps, s, out);
    }
    x += <usize>T * row;
    dx += <usize>T * row;
    dstate += past;
    if (h0) {
      h0 += past;
      dh0 += past;
    }
  }
  finish((W + 1) * D, sums, turned);
  turn(W, D, turned, dweight);
  if (dbias) copy(D, turned + <usize>W * row, dbias);
}
