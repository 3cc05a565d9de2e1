// One query of all heads against a block of keys, which are read where they lie: rows hold all heads, so the heads take turns at a few rows
// that the first cache holds. The sums are those of a block of queries, in the same order.
import { padded, padRow, unpadRow } from '../../../wasm/assembly/lib/padded';
import { fma, loadPart } from '../../../wasm/assembly/lib/simd';
import { inPowersOf2 } from './block';
import { Sequence } from './sequence';
import { ES, KB, up8 } from './sizes';
import { finish, joinRow, low, merge, Rows, rowsAt, rowsBytes, start, weigh } from './weights';

/** Keys that take part in one product. */
@inline const GROUP: i32 = 16;

/** Floats that a block gives: peak and part of H rows, and their weighted values. */
export function partSize(H: i32, V: i32): i32 {
  return 2 * padded(H) + H * up8(V);
}

/** Bytes of scratch of `decode` and of `join`. */
export function decodeScratch(H: i32, D: i32): f64 {
  return 64 + <f64>rowsBytes(padded(H)) + <f64>padded(H) * (<f64>ES + 4 * <f64>padded(D)) + 64;
}

export function joinBytes(V: i32): i32 {
  return rowsBytes(4) + 16 * up8(V);
}

@inline
function part(p: usize, n: i32): v128 {
  return n >= 4 ? v128.load(p) : loadPart(p, n);
}

/** Scores of GROUP keys, rows of n floats: turned in registers four by four, so that a lane is a key and its sum one in order. */
function dots(n: i32, q: usize, rows: usize, step: usize, out: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const step2 = step << 1, step3 = step2 + step, down = step << 2, end = rows + (<usize>(n & ~3) << 2);
  for (; rows < end; rows += 16) {
    const q0 = v128.load32_splat(q), q1 = v128.load32_splat(q, 4), q2 = v128.load32_splat(q, 8), q3 = v128.load32_splat(q, 12);
    let p = rows;
    s0 = four(s0, v128.load(p), v128.load(p + step), v128.load(p + step2), v128.load(p + step3), q0, q1, q2, q3);
    p += down;
    s1 = four(s1, v128.load(p), v128.load(p + step), v128.load(p + step2), v128.load(p + step3), q0, q1, q2, q3);
    p += down;
    s2 = four(s2, v128.load(p), v128.load(p + step), v128.load(p + step2), v128.load(p + step3), q0, q1, q2, q3);
    p += down;
    s3 = four(s3, v128.load(p), v128.load(p + step), v128.load(p + step2), v128.load(p + step3), q0, q1, q2, q3);
    q += 16;
  }
  for (let left = n & 3; left > 0; left--) {
    const x = v128.load32_splat(q);
    s0 = fma(x, column(rows, step), s0);
    s1 = fma(x, column(rows + down, step), s1);
    s2 = fma(x, column(rows + (down << 1), step), s2);
    s3 = fma(x, column(rows + down + (down << 1), step), s3);
    q += 4;
    rows += 4;
  }
  v128.store(out, s0); v128.store(out, s1, 16); v128.store(out, s2, 32); v128.store(out, s3, 48);
}

/** s + the products of four numbers of each of four rows. */
@inline
function four(s: v128, x0: v128, x1: v128, x2: v128, x3: v128, q0: v128, q1: v128, q2: v128, q3: v128): v128 {
  const l01 = i32x4.shuffle(x0, x1, 0, 4, 1, 5), l23 = i32x4.shuffle(x2, x3, 0, 4, 1, 5);
  const h01 = i32x4.shuffle(x0, x1, 2, 6, 3, 7), h23 = i32x4.shuffle(x2, x3, 2, 6, 3, 7);
  s = fma(q0, i64x2.shuffle(l01, l23, 0, 2), s);
  s = fma(q1, i64x2.shuffle(l01, l23, 1, 3), s);
  s = fma(q2, i64x2.shuffle(h01, h23, 0, 2), s);
  return fma(q3, i64x2.shuffle(h01, h23, 1, 3), s);
}

/** One number of each of four rows. */
function column(p: usize, step: usize): v128 {
  return f32x4(load<f32>(p), load<f32>(p + step), load<f32>(p + (step << 1)), load<f32>(p + step + (step << 1)));
}

/** The score of one key. */
function dot(n: i32, q: usize, row: usize): f32 {
  let s = f32x4.splat(0);
  for (let k = 0; k < n; k++) {
    s = fma(v128.load32_splat(q), v128.load32_splat(row), s);
    q += 4;
    row += 4;
  }
  return f32x4.extract_lane(s, 0);
}

/** y [n] = the sum of m rows, each times its weight, added to y from the second group on. */
function weighted(n: i32, m: i32, w: usize, rows: usize, step: usize, y: usize, more: bool): void {
  let j = 0;
  for (; j + 32 <= n; j += 32) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    if (more) {
      s0 = v128.load(y); s1 = v128.load(y, 16); s2 = v128.load(y, 32); s3 = v128.load(y, 48);
      s4 = v128.load(y, 64); s5 = v128.load(y, 80); s6 = v128.load(y, 96); s7 = v128.load(y, 112);
    }
    let p = rows;
    for (let at = w, end = w + (<usize>m << 2); at < end; at += 4) {
      const x = v128.load32_splat(at);
      s0 = fma(x, v128.load(p), s0); s1 = fma(x, v128.load(p, 16), s1);
      s2 = fma(x, v128.load(p, 32), s2); s3 = fma(x, v128.load(p, 48), s3);
      s4 = fma(x, v128.load(p, 64), s4); s5 = fma(x, v128.load(p, 80), s5);
      s6 = fma(x, v128.load(p, 96), s6); s7 = fma(x, v128.load(p, 112), s7);
      p += step;
    }
    v128.store(y, s0); v128.store(y, s1, 16); v128.store(y, s2, 32); v128.store(y, s3, 48);
    v128.store(y, s4, 64); v128.store(y, s5, 80); v128.store(y, s6, 96); v128.store(y, s7, 112);
    rows += 128;
    y += 128;
  }
  for (; j < n; j += 8) {
    const left = n - j;
    let s0 = f32x4.splat(0), s1 = s0, p = rows;
    if (more) {
      s0 = v128.load(y); s1 = v128.load(y, 16);
    }
    if (left >= 8) for (let at = w, end = w + (<usize>m << 2); at < end; at += 4) {
      const x = v128.load32_splat(at);
      s0 = fma(x, v128.load(p), s0); s1 = fma(x, v128.load(p, 16), s1);
      p += step;
    } else for (let at = w, end = w + (<usize>m << 2); at < end; at += 4) {
      const x = v128.load32_splat(at);
      s0 = fma(x, part(p, left), s0);
      if (left > 4) s1 = fma(x, loadPart(p + 16, left - 4), s1);
      p += step;
    }
    v128.store(y, s0); v128.store(y, s1, 16);
    rows += 32;
    y += 32;
  }
}

/** The place after the last of the keys from place x on, up to `to`, that follow each other in memory. */
@inline
function straightTo(s: Sequence, x: i32, to: i32, C: i32): i32 {
  const i = x - s.lead;
  if (i >= s.old) return to;
  return min(to, x + min(s.old - i, C - (s.oldest + i) % C));
}

/** The row of the key at place x. */
@inline
function rowAt(s: Sequence, x: i32, C: i32, ring: usize, fresh: usize, step: usize): usize {
  const i = x - s.lead;
  return i < s.old ? ring + <usize>((s.oldest + i) % C) * step : fresh + <usize>(i - s.old) * step;
}

/** Reads a number of each cache line: heads would ask for them by turns, and lines that follow each other come much faster. */
function touch(from: usize, bytes: usize, to: usize): void {
  let sum = 0;
  for (let p = from, end = from + bytes; p < end; p += 64) sum += load<i32>(p);
  store<i32>(to, sum);
}

/** What block `block` of the keys of a sequence gives to its one query, into the part at `to`. */
export function decodeBlock(
  s: Sequence, block: i32, C: i32, H: i32, HKV: i32, D: i32, V: i32, window: i32, scale: f32,
  q: usize, k0: usize, k: usize, v0: usize, v: usize, to: usize, scratch: usize,
): void {
  const G = H / HKV, rows = padded(H), r = rowsAt(rows, scratch), qx = scratch + rowsBytes(rows), e = qx + (<usize>(rows * padded(D)) << 2);
  const ks = <usize>(HKV * D) << 2, vs = <usize>(HKV * V) << 2, qs = <usize>padded(D) << 2, os = <usize>up8(V) << 2;
  const f = f32x4.splat(inPowersOf2(scale)), base = block * KB, end = min(s.end, base + KB), d = s.query - base;
  const first = low(max(0, s.lead - base), d, window), o = to + (<usize>rows << 3);
  for (let h = 0; h < H; h++) padRow(D, f, q + (<usize>(h * D) << 2), qx + <usize>h * qs);
  for (let x = base + first; x < end; ) {
    const stop = min(straightTo(s, x, end, C), x + GROUP), row = rowAt(s, x, C, k0, k, ks);
    touch(row, <usize>(stop - x) * ks, e + <usize>H * ES);
    for (let h = 0; h < H; h++) {
      const qh = qx + <usize>h * qs, out = e + <usize>h * ES + (<usize>(x - base) << 2);
      let at = row + (<usize>(h / G * D) << 2);
      if (stop - x == GROUP) dots(D, qh, at, ks, out);
      else for (let i = 0; i < stop - x; i++) {
        store<f32>(out + (<usize>i << 2), dot(D, qh, at));
        at += ks;
      }
    }
    x = stop;
  }
  weigh(r, H, first, end - base, d, 0, window, e);
  for (let at: usize = 0; at < <usize>rows << 2; at += 16) {
    v128.store(to + at, v128.load(r.peak + at));
    v128.store(to + (<usize>rows << 2) + at, v128.load(r.part + at));
  }
  for (let x = base + first; x < end; ) {
    const stop = min(straightTo(s, x, end, C), x + GROUP), row = rowAt(s, x, C, v0, v, vs), more = x > base + first;
    touch(row, <usize>(stop - x) * vs, e + <usize>H * ES);
    for (let h = 0; h < H; h++) {
      const w = e + <usize>h * ES + (<usize>(x - base) << 2);
      weighted(V, stop - x, w, row + (<usize>(h / G * V) << 2), vs, o + <usize>h * os, more);
    }
    x = stop;
  }
}

/** y and the logarithms of the sums of heads h.. of four, from all parts of a sequence from `parts` on. */
export function joinBlocks(s: Sequence, H: i32, h: i32, V: i32, parts: usize, y: usize, lse: usize, scratch: usize): void {
  const size = <usize>partSize(H, V) << 2, os = <usize>up8(V) << 2, r = rowsAt(4, scratch), heads = min(4, H - h);
  const o = scratch + rowsBytes(4), at = <usize>h << 2, second = <usize>padded(H) << 2;
  start(r);
  memory.fill(o, 0, os << 2);
  for (let block = s.first; block < s.blocks; block++) {
    const part = parts + <usize>block * size;
    v128.store(r.peak, v128.load(part + at));
    v128.store(r.part, v128.load(part + second + at));
    merge(r, 4);
    for (let i = 0; i < heads; i++) {
      const alpha = v128.load32_splat(r.alpha + (<usize>i << 2)), beta = v128.load32_splat(r.beta + (<usize>i << 2));
      const from = part + (second << 1) + <usize>(h + i) * os, to = o + <usize>i * os;
      joinRow(alpha, beta, os, from, to);
    }
  }
  finish(r, 4);
  for (let i = 0; i < heads; i++) {
    const factor = v128.load32_splat(r.alpha + (<usize>i << 2)), from = o + <usize>i * os, to = y + (<usize>((h + i) * V) << 2);
    unpadRow(V, factor, from, to);
    store<f32>(lse + (<usize>(h + i) << 2), load<f32>(r.beta + (<usize>i << 2)));
  }
}
