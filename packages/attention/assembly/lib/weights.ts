// Rows of scores of one block of keys to weights, four rows at a time where a number a row is formed. Scores count in powers of 2, and
// weights are 2^(score - peak), where the peak is the largest score of the row in this block: what a block gives depends on no other.
import { log } from '../../../wasm/assembly/lib/log';
import { fma } from '../../../wasm/assembly/lib/simd';
import { CONSTANTS, constant, LN2, power, powerBy, writeConstants } from './power';
import { ES, KB, up8 } from './sizes';

/** Numbers of `rows` rows, a multiple of 4, in arrays one behind the other. */
@unmanaged
export class Rows {
  rows: i32;
  /** What the sum so far and the block's are multiplied by when they are added: alpha and, `rows` floats behind, beta. */
  alpha: usize;
  beta: usize;
  /** The largest score so far, and the sum of weights relative to it. */
  top: usize;
  sum: usize;
  /** The same of the block. */
  peak: usize;
  part: usize;
  /** Eight lanes to a row, before they are joined. */
  lanes: usize;
  /** Those of `power`. */
  constants: usize;
}

@inline const HEAD: usize = 64;

export function rowsBytes(rows: i32): i32 {
  return <i32>(HEAD + CONSTANTS) + 56 * rows;
}

export function rowsAt(rows: i32, at: usize): Rows {
  const s = changetype<Rows>(at), step = <usize>rows << 2;
  s.rows = rows;
  s.constants = at + HEAD;
  writeConstants(s.constants);
  s.alpha = s.constants + CONSTANTS; s.beta = s.alpha + step; s.top = s.beta + step; s.sum = s.top + step;
  s.peak = s.sum + step; s.part = s.peak + step; s.lanes = s.part + step;
  return s;
}

/** Nothing was seen. */
export function start(s: Rows): void {
  for (let at: usize = 0, end = <usize>s.rows << 2; at < end; at += 16) {
    v128.store(s.top + at, f32x4.splat(-f32.MAX_VALUE));
    v128.store(s.sum + at, f32x4.splat(0));
  }
}

/** The first key of a block that row i sees, where row 0 stands at key d of it, and the one after the last. */
@inline
export function low(first: i32, d: i32, window: i32): i32 {
  return max(first, d - window + 1);
}

@inline
export function high(n: i32, d: i32): i32 {
  return min(n, d + 1);
}

/** The eight lanes at p before `from` and from `to` on = value; 0 <= from < to. */
@inline
function edges(from: i32, to: i32, p: usize, value: v128): void {
  const low = i32x4(0, 1, 2, 3), high = i32x4(4, 5, 6, 7), a = i32x4.splat(from), b = i32x4.splat(to);
  const outA = v128.or(i32x4.lt_s(low, a), i32x4.ge_s(low, b)), outB = v128.or(i32x4.lt_s(high, a), i32x4.ge_s(high, b));
  v128.store(p, v128.bitselect(value, v128.load(p), outA));
  v128.store(p, v128.bitselect(value, v128.load(p, 16), outB), 16);
}

/** x = value in the vectors of eight that [from..to) begins and ends within, outside of it. */
@inline
export function trim(from: i32, to: i32, x: usize, value: f32): void {
  const start = from & ~7, end = to & ~7, v = f32x4.splat(value);
  if (from & 7) edges(from - start, to - start, x + (<usize>start << 2), v);
  if (to & 7 && (end != start || !(from & 7))) edges(0, to - end, x + (<usize>end << 2), v);
}

/** Zeros in the eight numbers before place `from` and the eight from `to` on, multiples of 8: as far as a strip that reads the row may reach. */
@inline
export function around(from: i32, to: i32, x: usize): void {
  const zero = f32x4.splat(0), p = x + (<usize>from << 2), q = x + (<usize>to << 2);
  if (from > 0) {
    v128.store(p - 32, zero);
    v128.store(p - 16, zero);
  }
  v128.store(q, zero);
  v128.store(q, zero, 16);
}

/** Zeros in a row. */
export function blank(x: usize): void {
  const zero = f32x4.splat(0);
  for (let p = x, end = x + (KB + 8 << 2); p < end; p += 16) v128.store(p, zero);
}

/** Lanes of four rows: x0..x3 turned. */
@inline
function join(lanes: usize, largest: bool): v128 {
  const a0 = v128.load(lanes), b0 = v128.load(lanes, 16), a1 = v128.load(lanes, 32), b1 = v128.load(lanes, 48);
  const a2 = v128.load(lanes, 64), b2 = v128.load(lanes, 80), a3 = v128.load(lanes, 96), b3 = v128.load(lanes, 112);
  const x0 = largest ? f32x4.pmax(a0, b0) : f32x4.add(a0, b0), x1 = largest ? f32x4.pmax(a1, b1) : f32x4.add(a1, b1);
  const x2 = largest ? f32x4.pmax(a2, b2) : f32x4.add(a2, b2), x3 = largest ? f32x4.pmax(a3, b3) : f32x4.add(a3, b3);
  const l01 = i32x4.shuffle(x0, x1, 0, 4, 1, 5), l23 = i32x4.shuffle(x2, x3, 0, 4, 1, 5);
  const h01 = i32x4.shuffle(x0, x1, 2, 6, 3, 7), h23 = i32x4.shuffle(x2, x3, 2, 6, 3, 7);
  const y0 = i64x2.shuffle(l01, l23, 0, 2), y1 = i64x2.shuffle(l01, l23, 1, 3);
  const y2 = i64x2.shuffle(h01, h23, 0, 2), y3 = i64x2.shuffle(h01, h23, 1, 3);
  return largest ? f32x4.pmax(f32x4.pmax(y0, y2), f32x4.pmax(y1, y3)) : f32x4.add(f32x4.add(y0, y2), f32x4.add(y1, y3));
}

/**
 * e = 2^(e - peak) over what each of m rows sees, zeros around it; peak and part of each row. Row i stands at key d + i `on` of n, of which
 * those before `first` do not exist.
 */
export function weigh(s: Rows, m: i32, first: i32, n: i32, d: i32, on: i32, window: i32, e: usize): void {
  const none = f32x4.splat(-f32.MAX_VALUE), rows = (m + 3) & ~3;
  let x = e, lanes = s.lanes, at = d;
  for (let i = 0; i < rows; i++) {
    // Finite, so that -Infinity less the largest is -Infinity.
    let m0 = none, m1 = none;
    const from = low(first, at, window), to = high(n, at);
    if (i < m && from < to) {
      // What is not seen weighs nothing.
      trim(from, to, x, -Infinity);
      for (let p = x + (<usize>(from & ~7) << 2), end = x + (<usize>to << 2); p < end; p += 32) {
        m0 = f32x4.pmax(v128.load(p), m0);
        m1 = f32x4.pmax(v128.load(p, 16), m1);
      }
    }
    v128.store(lanes, m0);
    v128.store(lanes, m1, 16);
    lanes += 32;
    x += ES;
    at += on;
  }
  for (let i = 0; i < rows; i += 4) v128.store(s.peak + (<usize>i << 2), join(s.lanes + (<usize>i << 5), true));
  const z = s.constants, k0 = constant(z, 0), k1 = constant(z, 1), k2 = constant(z, 2), k3 = constant(z, 3), k4 = constant(z, 4);
  const k5 = constant(z, 5), k6 = constant(z, 6), k7 = constant(z, 7), k8 = constant(z, 8);
  x = e; lanes = s.lanes; at = d;
  for (let i = 0; i < rows; i++) {
    let s0 = f32x4.splat(0), s1 = s0;
    const from = low(first, at, window) & ~7, to = up8(high(n, at));
    if (i < m) {
      if (from < to) {
        const peak = v128.load32_splat(s.peak + (<usize>i << 2));
        for (let p = x + (<usize>from << 2), end = x + (<usize>to << 2); p < end; p += 32) {
          const e0 = powerBy(f32x4.sub(v128.load(p), peak), k0, k1, k2, k3, k4, k5, k6, k7, k8);
          const e1 = powerBy(f32x4.sub(v128.load(p, 16), peak), k0, k1, k2, k3, k4, k5, k6, k7, k8);
          v128.store(p, e0);
          v128.store(p, e1, 16);
          s0 = f32x4.add(s0, e0);
          s1 = f32x4.add(s1, e1);
        }
        around(from, to, x);
      } else blank(x);
    }
    v128.store(lanes, s0);
    v128.store(lanes, s1, 16);
    lanes += 32;
    x += ES;
    at += on;
  }
  for (let i = 0; i < rows; i += 4) v128.store(s.part + (<usize>i << 2), join(s.lanes + (<usize>i << 5), false));
}

/** Joins peak and part of a block with top and sum of those before. */
export function merge(s: Rows, m: i32): void {
  for (let at: usize = 0, end = <usize>m << 2; at < end; at += 16) {
    const peak = v128.load(s.peak + at), before = v128.load(s.top + at), top = f32x4.pmax(peak, before);
    const alpha = power(f32x4.sub(before, top), s.constants), beta = power(f32x4.sub(peak, top), s.constants);
    v128.store(s.alpha + at, alpha);
    v128.store(s.beta + at, beta);
    v128.store(s.top + at, top);
    v128.store(s.sum + at, fma(v128.load(s.part + at), beta, f32x4.mul(v128.load(s.sum + at), alpha)));
  }
}

/** y = alpha y + beta x over so many bytes, whole vectors of eight. */
@inline
export function joinRow(alpha: v128, beta: v128, bytes: usize, x: usize, y: usize): void {
  for (let at: usize = 0; at < bytes; at += 32) {
    v128.store(y + at, fma(v128.load(x + at), beta, f32x4.mul(v128.load(y + at), alpha)));
    v128.store(y + at, fma(v128.load(x + at, 16), beta, f32x4.mul(v128.load(y + at, 16), alpha)), 16);
  }
}

/** alpha = 1 / sum, 0 where nothing was seen; beta = the natural logarithm of the sum of e^score. */
export function finish(s: Rows, m: i32): void {
  for (let at: usize = 0, end = <usize>m << 2; at < end; at += 16) {
    const sum = v128.load(s.sum + at), zero = f32x4.splat(0);
    v128.store(s.alpha + at, v128.andnot(f32x4.div(f32x4.splat(1), sum), f32x4.eq(sum, zero)));
    v128.store(s.beta + at, fma(v128.load(s.top + at), f32x4.splat(LN2), log(sum)));
  }
}
