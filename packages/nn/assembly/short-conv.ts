// Causal convolution over time, one filter of W taps per channel (see `lib/taps`), of n sequences in P positions (see `ranges` of wasm).
// Forward a unit is a block of positions, and then a sequence whose state is left; backward it is a block of channels of a sequence: C of
// them, whose rows in scratch have room for CHANNELS.
import { copy, fill } from '../../wasm/assembly/lib/copy';
import { sigmoid } from '../../wasm/assembly/lib/exp';
import { beginOf, clearGap, endOf } from '../../wasm/assembly/lib/ranges';
import { fma, loadPart, storePart } from '../../wasm/assembly/lib/simd';
import { ROWS, pieces } from '../../wasm/assembly/lib/units';
import { total, totalUnits } from './lib/columns';
import { begin, end, sequenceAt } from './lib/positions';
import { open, products, tapSums, tapSums8, turn } from './lib/taps';

export { rowUnits } from '../../wasm/assembly/lib/units';

/** Channels of a unit, a multiple of 4, and the bytes of their row. */
@inline const CHANNELS: i32 = 32;
@inline const OWN: usize = <usize>CHANNELS << 2;
/** Rows that are done together, the first W-1 apart; their products with the inputs are added in registers. */
@inline const TOGETHER: i32 = 16;

/** Bytes of a worker's scratch: taps and window. In f64: more than 32 bits hold is refused, not taken for less. */
export function forwardBytes(D: i32, W: i32): f64 {
  return 4 * <f64>D * <f64>(W + 2 * (W - 1));
}

/** Blocks of channels. */
export function blocks(D: i32): i32 {
  return pieces(D, CHANNELS);
}

/** Bytes of a worker's scratch: taps, window, and the T cotangents before the activation with W-1 rows of zeros on both sides. */
export function backwardBytes(T: i32, D: i32, W: i32): f64 {
  return 4 * (<f64>D * <f64>W + <f64>CHANNELS * (<f64>T + 4 * <f64>(W - 1)));
}

/** Numbers in the sums behind dweight and dbias of a block of channels. */
@inline
function sumsOf(W: i32): i32 {
  return (W + 1) * CHANNELS;
}

/** Bytes of the sums of all blocks and sequences. */
export function sumsBytes(n: i32, D: i32, W: i32): f64 {
  return 4 * <f64>blocks(D) * <f64>n * <f64>sumsOf(W);
}

/** Bytes of a worker's scratch: the sums of a block over all sequences. */
export function weightsBytes(W: i32): i32 {
  return 4 * sumsOf(W);
}

/** Where the inputs of output t begin. */
@inline
function inputsOf(t: i32, W: i32, x: usize, row: usize, window: usize, step: usize): usize {
  return t < W - 1 ? window + <usize>t * step : x + <usize>(t - W + 1) * row;
}

/** Rows from t on that are done together: their inputs lie in one place. */
@inline
function rowsFrom(t: i32, end: i32, W: i32): i32 {
  return min(TOGETHER, (t < W - 1 ? min(W - 1, end) : end) - t);
}

/** y = y sigmoid(y) over n floats. */
function activate(n: i32, y: usize): void {
  const pairs = y + (<usize>(n & ~7) << 2), end = y + (<usize>n << 2);
  for (; y < pairs; y += 32) {
    const p0 = v128.load(y), p1 = v128.load(y, 16), y0 = f32x4.mul(p0, sigmoid(p0)), y1 = f32x4.mul(p1, sigmoid(p1));
    v128.store(y, y0);
    v128.store(y, y1, 16);
  }
  for (; y < end; y += 16) {
    const rest = <i32>(end - y) >> 2, p = loadPart(y, rest);
    storePart(y, f32x4.mul(p, sigmoid(p)), rest);
  }
}

export function forward(
  from: i32, to: i32, n: i32, T: i32, P: i32, D: i32, W: i32, silu: bool, x: usize, weight: usize, bias: usize,
  h0: usize, ranges: usize, y: usize, scratch: usize,
): void {
  const row = <usize>D << 2, past = <usize>(W - 1) * row, taps = scratch, window = taps + <usize>W * row;
  const last = min(P, to * ROWS);
  turn(D, W, weight, taps);
  let p = from * ROWS;
  for (let i = sequenceAt(p, ranges, n, T, P); p < last; i++) {
    const first = begin(i, ranges, n, T, P), start = min(last, max(p, first)), stop = end(i, ranges, n, T, P);
    fill((start - p) * D, 0, y + <usize>p * row);
    p = start;
    const inputs = x + <usize>first * row, after = min(last, stop) - first;
    let t = p - first;
    if (t >= after) continue;
    if (t < W - 1) open(stop - first, D, W, row, inputs, h0 ? h0 + <usize>i * past : 0, window, row);
    let out = y + <usize>p * row;
    for (let count = 0; t < after; t += count) {
      count = rowsFrom(t, after, W);
      products(count, D, W, inputsOf(t, W, inputs, row, window, row), row, row, taps, row, bias, out, row);
      if (silu) activate(count * D, out);
      out += <usize>count * row;
    }
    p = first + after;
  }
}

/** The last W-1 inputs of each sequence; h0 may lie where they go. */
export function states(
  from: i32, to: i32, n: i32, T: i32, P: i32, D: i32, W: i32, x: usize, h0: usize, ranges: usize, state: usize,
  scratch: usize,
): void {
  const row = <usize>D << 2, past = <usize>(W - 1) * row;
  for (let i = from; i < to; i++) {
    const after = endOf(ranges, i, T, P), length = after - beginOf(ranges, i, T, P), given = min(W - 1, length);
    const before = W - 1 - given, out = state + <usize>i * past;
    // Towards the front, so that in one place nothing is lost before it is read.
    if (h0) copy(before * D, h0 + <usize>i * past + <usize>given * row, out);
    else fill(before * D, 0, out);
    copy(given * D, x + <usize>(after - given) * row, out + <usize>before * row);
  }
}

/** The slope of silu: s (1 + p (1 - s)) with s = sigmoid(p). */
@inline
function slope(p: v128): v128 {
  const one = f32x4.splat(1), s = sigmoid(p);
  return f32x4.mul(s, fma(p, f32x4.sub(one, s), one));
}

/** out holds p, what is activated, and becomes its cotangent, over n floats. */
function activateGrad(n: i32, dy: usize, out: usize): void {
  const pairs = <usize>(n & ~7) << 2, end = <usize>n << 2;
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const p0 = v128.load(out + at), p1 = v128.load(out + at, 16);
    const d0 = f32x4.mul(v128.load(dy + at), slope(p0)), d1 = f32x4.mul(v128.load(dy + at, 16), slope(p1));
    v128.store(out + at, d0);
    v128.store(out + at, d1, 16);
  }
  for (; at < end; at += 16) {
    const rest = <i32>(end - at) >> 2;
    storePart(out + at, f32x4.mul(loadPart(dy + at, rest), slope(loadPart(out + at, rest))), rest);
  }
}

/** Some channels of one sequence: dp is the cotangents before the activation, with zeros around them; dh0 is 0 where no h0 was. */
function channelsGrad(
  T: i32, C: i32, W: i32, row: usize, silu: bool, dy: usize, dstate: usize, x: usize, bias: usize, h0: usize,
  dx: usize, dh0: usize, taps: usize, window: usize, dp: usize, sums: usize,
): void {
  const pairs = <usize>(C & ~7) << 2, end = <usize>C << 2;
  open(T, C, W, row, x, h0, window, OWN);
  memory.fill(sums, 0, <usize>sumsOf(W) << 2);
  for (let t = 0, n = 0; t < T; t += n) {
    n = rowsFrom(t, T, W);
    const from = inputsOf(t, W, x, row, window, OWN), step = t < W - 1 ? OWN : row, to = dp + <usize>t * OWN;
    if (silu) products(n, C, W, from, step, step, taps, row, bias, to, OWN);
    for (let i = 0; i < n; i++) {
      const out = to + <usize>i * OWN;
      if (silu) activateGrad(C, dy, out);
      else copy(C, dy, out);
      dy += row;
    }
    let c: usize = 0;
    for (; c < pairs; c += 32) tapSums8(c, n, W, to, from, step, sums, OWN);
    for (; c < end; c += 16) tapSums(<i32>(end - c) >> 2, c, n, W, to, from, step, sums, OWN);
  }
  // Input i (counted from the first of h0) feeds the outputs i-W+1 .. i and, from T on, the state.
  for (let i = h0 ? 0 : W - 1, n = 0; i < T + W - 1; i += n) {
    // Rows whose gradients lie in one place and start alike.
    n = i < T ? (i < W - 1 ? min(W - 1, T) : T) - i : 1;
    const start = i < T ? 0 : dstate + <usize>(i - T) * row;
    const out = i < W - 1 ? dh0 + <usize>i * row : dx + <usize>(i - W + 1) * row;
    products(n, C, W, dp + <usize>i * OWN, -<isize>OWN, OWN, taps, row, start, out, row);
  }
}

/** sums: of each block of channels and each sequence, [W+1,CHANNELS]. Units: the blocks of the first sequence, then those of the next. */
export function backward(
  from: i32, to: i32, n: i32, T: i32, P: i32, D: i32, W: i32, silu: bool, dy: usize, dstate: usize, x: usize,
  weight: usize, bias: usize, h0: usize, ranges: usize, dx: usize, dh0: usize, sums: usize, scratch: usize,
): void {
  const row = <usize>D << 2, past = <usize>(W - 1) * row, zeros = <usize>(W - 1) * OWN, perSequence = blocks(D);
  const taps = scratch, window = taps + <usize>W * row, dp = window + 3 * zeros;
  turn(D, W, weight, taps);
  memory.fill(dp - zeros, 0, zeros);
  for (let unit = from; unit < to; unit++) {
    const i = unit / perSequence, block = unit % perSequence, at = <usize>(block * CHANNELS) << 2;
    const first = beginOf(ranges, i, T, P), length = endOf(ranges, i, T, P) - first, C = min(CHANNELS, D - block * CHANNELS);
    const skip = <usize>first * row + at, skipPast = <usize>i * past + at;
    memory.fill(dp + <usize>length * OWN, 0, zeros);
    channelsGrad(
      length, C, W, row, silu, dy + skip, dstate + skipPast, x + skip, bias ? bias + at : 0, h0 ? h0 + skipPast : 0,
      dx + skip, dh0 ? dh0 + skipPast : 0, taps + at, window, dp, sums + (<usize>((block * n + i) * sumsOf(W)) << 2),
    );
    clearGap(ranges, i, n, P, C, dx + at, row);
  }
}

/** dweight and dbias, from the sums of the sequences. Units: blocks of channels. */
export function weights(
  from: i32, to: i32, n: i32, D: i32, W: i32, sums: usize, dweight: usize, dbias: usize, scratch: usize,
): void {
  const size = sumsOf(W);
  for (let block = from; block < to; block++) {
    const first = block * CHANNELS, C = min(CHANNELS, D - first);
    total(0, totalUnits(size), n, size, sums + (<usize>(block * n * size) << 2), scratch, 0);
    for (let d = 0; d < C; d++) {
      for (let j = 0; j < W; j++) {
        const sum = load<f32>(scratch + <usize>j * OWN + (<usize>d << 2));
        store<f32>(dweight + (<usize>((first + d) * W + j) << 2), sum);
      }
    }
    if (dbias) copy(C, scratch + <usize>W * OWN, dbias + (<usize>first << 2));
  }
}
