// One row of A against B, of f32 or of bf16: the product of decoding, which reads every weight once and packs nothing. Same sums as a tile.
import { bytes, highBF16, highs, load4, loadOne, loadSome, lowBF16, lows } from './bf16';
import { ZEROS } from './build';
import { fma, loadPart, storePart } from './simd';

@inline
function rowOf(bf16: bool, N: i32, K: i32, a: usize, acs: usize, b: usize, bs: usize, c: usize, add: bool): void {
  let j = 0;
  for (; j + 32 <= N; j += 32) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    if (add) {
      s0 = v128.load(c); s1 = v128.load(c, 16); s2 = v128.load(c, 32); s3 = v128.load(c, 48);
      s4 = v128.load(c, 64); s5 = v128.load(c, 80); s6 = v128.load(c, 96); s7 = v128.load(c, 112);
    }
    let p = a, q = b;
    for (let k = 0; k < K; k++) {
      const x = v128.load32_splat(p);
      s0 = fma(x, load4(bf16, q), s0); s1 = fma(x, load4(bf16, q + bytes(bf16, 4)), s1);
      s2 = fma(x, load4(bf16, q + bytes(bf16, 8)), s2); s3 = fma(x, load4(bf16, q + bytes(bf16, 12)), s3);
      s4 = fma(x, load4(bf16, q + bytes(bf16, 16)), s4); s5 = fma(x, load4(bf16, q + bytes(bf16, 20)), s5);
      s6 = fma(x, load4(bf16, q + bytes(bf16, 24)), s6); s7 = fma(x, load4(bf16, q + bytes(bf16, 28)), s7);
      p += acs;
      q += bs;
    }
    v128.store(c, s0); v128.store(c, s1, 16); v128.store(c, s2, 32); v128.store(c, s3, 48);
    v128.store(c, s4, 64); v128.store(c, s5, 80); v128.store(c, s6, 96); v128.store(c, s7, 112);
    b += bytes(bf16, 32);
    c += 128;
  }
  for (; j < N; j += 4) {
    const n = min(4, N - j);
    let s = f32x4.splat(0), p = a, q = b;
    if (add) s = n == 4 ? v128.load(c) : loadPart(c, n);
    for (let k = 0; k < K; k++) {
      s = fma(v128.load32_splat(p), n == 4 ? load4(bf16, q) : loadSome(bf16, q, n), s);
      p += acs;
      q += bs;
    }
    if (n == 4) v128.store(c, s);
    else storePart(c, s, n);
    b += bytes(bf16, 4);
    c += 16;
  }
}

/** Rows of B are contiguous, bs bytes apart. */
export function row(N: i32, K: i32, a: usize, acs: usize, b: usize, bs: usize, c: usize, add: bool): void {
  rowOf(false, N, K, a, acs, b, bs, c, add);
}

export function rowBF16(N: i32, K: i32, a: usize, acs: usize, b: usize, bs: usize, c: usize, add: bool): void {
  rowOf(true, N, K, a, acs, b, bs, c, add);
}

/** s, of four columns of B at p, step bytes apart, plus the products of four rows with x; turned in registers. */
@inline
function turnF32(p: usize, step: usize, s: v128, x0: v128, x1: v128, x2: v128, x3: v128): v128 {
  const q = p + step, r = q + step;
  const u0 = v128.load(p), u1 = v128.load(q), u2 = v128.load(r), u3 = v128.load(r + step);
  const l01 = i32x4.shuffle(u0, u1, 0, 4, 1, 5), l23 = i32x4.shuffle(u2, u3, 0, 4, 1, 5);
  const h01 = i32x4.shuffle(u0, u1, 2, 6, 3, 7), h23 = i32x4.shuffle(u2, u3, 2, 6, 3, 7);
  s = fma(x0, i64x2.shuffle(l01, l23, 0, 2), s);
  s = fma(x1, i64x2.shuffle(l01, l23, 1, 3), s);
  s = fma(x2, i64x2.shuffle(h01, h23, 0, 2), s);
  return fma(x3, i64x2.shuffle(h01, h23, 1, 3), s);
}

/** The same of eight rows in bf16, whose x begin at a: turned as they are stored and decoded afterwards, which takes half the shuffles. */
@inline
function turnBF16(p: usize, step: usize, s: v128, a: usize, acs: usize): v128 {
  const q = p + step, r = q + step;
  const u0 = v128.load(p), u1 = v128.load(q), u2 = v128.load(r), u3 = v128.load(r + step);
  const l01 = lows(u0, u1), l23 = lows(u2, u3), h01 = highs(u0, u1), h23 = highs(u2, u3);
  let u = i32x4.shuffle(l01, l23, 0, 4, 1, 5);
  s = fma(v128.load32_splat(a), lowBF16(u), s);
  a += acs;
  s = fma(v128.load32_splat(a), highBF16(u), s);
  a += acs;
  u = i32x4.shuffle(l01, l23, 2, 6, 3, 7);
  s = fma(v128.load32_splat(a), lowBF16(u), s);
  a += acs;
  s = fma(v128.load32_splat(a), highBF16(u), s);
  a += acs;
  u = i32x4.shuffle(h01, h23, 0, 4, 1, 5);
  s = fma(v128.load32_splat(a), lowBF16(u), s);
  a += acs;
  s = fma(v128.load32_splat(a), highBF16(u), s);
  a += acs;
  u = i32x4.shuffle(h01, h23, 2, 6, 3, 7);
  s = fma(v128.load32_splat(a), lowBF16(u), s);
  a += acs;
  return fma(v128.load32_splat(a), highBF16(u), s);
}

/** The products of k rows, from the next to come, with up to four columns. */
@inline
function few(bf16: bool, k: i32, n: i32, p: usize, step: usize, s: v128, a: usize, acs: usize): v128 {
  // Columns that do not exist are read as the last one and not stored.
  const p1 = n > 1 ? p + step : p, p2 = n > 2 ? p1 + step : p1, p3 = n > 3 ? p2 + step : p2;
  for (let at: usize = 0, end = bytes(bf16, k); at < end; at += bytes(bf16, 1)) {
    const u = f32x4(loadOne(bf16, p + at), loadOne(bf16, p1 + at), loadOne(bf16, p2 + at), loadOne(bf16, p3 + at));
    s = fma(v128.load32_splat(a), u, s);
    a += acs;
  }
  return s;
}

/** Four columns or fewer: what sixteen leave. */
function four(bf16: bool, n: i32, K: i32, a: usize, acs: usize, b: usize, bs: usize, c: usize, add: bool): void {
  storePart(c, few(bf16, K, n, b, bs, add ? loadPart(c, n) : f32x4.splat(0), a, acs), n);
}

/** Memory that is read soon, in order: so it is fetched, which it is not where short columns are read side by side. */
@inline
function touch(p: usize): void {
  load<i32>(p);
  load<i32>(p, 64);
  load<i32>(p, 128);
  load<i32>(p, 192);
}

/**
 * Sixteen columns: as many sums as hide how long one addition takes.
 *
 * @param ahead what is touched, `pace` bytes further from turn to turn.
 */
@inline
function sixteen(
  bf16: bool, K: i32, a: usize, acs: usize, b: usize, bs: usize, c: usize, add: bool, ahead: usize, pace: usize,
): void {
  const from = add ? c : ZEROS, rows = bf16 ? 8 : 4, bs4 = bs << 2, left = K % rows;
  let s0 = v128.load(from), s1 = v128.load(from, 16), s2 = v128.load(from, 32), s3 = v128.load(from, 48);
  for (let count = K / rows; count > 0; count--) {
    touch(ahead);
    const b1 = b + bs4, b2 = b1 + bs4, b3 = b2 + bs4;
    if (bf16) {
      s0 = turnBF16(b, bs, s0, a, acs);
      s1 = turnBF16(b1, bs, s1, a, acs);
      s2 = turnBF16(b2, bs, s2, a, acs);
      s3 = turnBF16(b3, bs, s3, a, acs);
    } else {
      const a1 = a + acs, a2 = a1 + acs, a3 = a2 + acs;
      const x0 = v128.load32_splat(a), x1 = v128.load32_splat(a1), x2 = v128.load32_splat(a2), x3 = v128.load32_splat(a3);
      s0 = turnF32(b, bs, s0, x0, x1, x2, x3);
      s1 = turnF32(b1, bs, s1, x0, x1, x2, x3);
      s2 = turnF32(b2, bs, s2, x0, x1, x2, x3);
      s3 = turnF32(b3, bs, s3, x0, x1, x2, x3);
    }
    ahead += pace;
    b += 16;
    a += bf16 ? acs << 3 : acs << 2;
  }
  if (left) {
    const b1 = b + bs4, b2 = b1 + bs4;
    s0 = few(bf16, left, 4, b, bs, s0, a, acs);
    s1 = few(bf16, left, 4, b1, bs, s1, a, acs);
    s2 = few(bf16, left, 4, b2, bs, s2, a, acs);
    s3 = few(bf16, left, 4, b2 + bs4, bs, s3, a, acs);
  }
  v128.store(c, s0); v128.store(c, s1, 16); v128.store(c, s2, 32); v128.store(c, s3, 48);
}

/** Bytes of sixteen columns up to which the next sixteen are touched. */
@inline const SHORT: usize = 16384;

@inline
function rowTOf(bf16: bool, N: i32, K: i32, a: usize, acs: usize, b: usize, bs: usize, c: usize, add: bool): void {
  const strip = bs << 4, short = strip == bytes(bf16, K) << 4 && strip <= SHORT;
  let j = 0;
  for (; j + 16 <= N; j += 16) {
    const more = short && j + 32 <= N;
    sixteen(bf16, K, a, acs, b, bs, c, add, more ? b + strip : ZEROS, more ? 256 : 0);
    b += strip;
    c += 64;
  }
  for (; j < N; j += 4) {
    four(bf16, min(4, N - j), K, a, acs, b, bs, c, add);
    b += bs << 2;
    c += 16;
  }
}

/** Columns of B are contiguous, bs bytes apart. */
export function rowT(N: i32, K: i32, a: usize, acs: usize, b: usize, bs: usize, c: usize, add: bool): void {
  rowTOf(false, N, K, a, acs, b, bs, c, add);
}

export function rowTBF16(N: i32, K: i32, a: usize, acs: usize, b: usize, bs: usize, c: usize, add: bool): void {
  rowTOf(true, N, K, a, acs, b, bs, c, add);
}
