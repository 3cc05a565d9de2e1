// One row of A against B, of f32 or of bf16: the product of decoding, which reads every weight once and packs nothing. Same sums as a tile.
import { bytes, highBF16, highs, load4, loadOne, loadSome, lowBF16, lows } from './bf16';
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

@inline
function rowTOf(bf16: bool, N: i32, K: i32, a: usize, acs: usize, b: usize, bs: usize, c: usize, add: bool): void {
  for (let j = 0; j < N; j += 8) {
    const n = min(8, N - j);
    // Columns that do not exist are read as the last one and not stored.
    const b0 = b, b1 = n > 1 ? b0 + bs : b0, b2 = n > 2 ? b1 + bs : b1, b3 = n > 3 ? b2 + bs : b2;
    const b4 = n > 4 ? b3 + bs : b3, b5 = n > 5 ? b4 + bs : b4, b6 = n > 6 ? b5 + bs : b5, b7 = n > 7 ? b6 + bs : b6;
    let s0 = f32x4.splat(0), s1 = s0;
    if (add) {
      s0 = n >= 4 ? v128.load(c) : loadPart(c, n);
      if (n > 4) s1 = n == 8 ? v128.load(c, 16) : loadPart(c + 16, n - 4);
    }
    let p = a, k = 0, at: usize = 0;
    if (bf16) {
      // Turned as they are stored, eight rows at a time, and decoded afterwards: half the shuffles.
      for (; k + 8 <= K; k += 8) {
        const x0 = v128.load(b0 + at), x1 = v128.load(b1 + at), x2 = v128.load(b2 + at), x3 = v128.load(b3 + at);
        const x4 = v128.load(b4 + at), x5 = v128.load(b5 + at), x6 = v128.load(b6 + at), x7 = v128.load(b7 + at);
        const ul0 = lows(x0, x1), ul1 = lows(x2, x3), uh0 = highs(x0, x1), uh1 = highs(x2, x3);
        const vl0 = lows(x4, x5), vl1 = lows(x6, x7), vh0 = highs(x4, x5), vh1 = highs(x6, x7);
        let u = i32x4.shuffle(ul0, ul1, 0, 4, 1, 5), v = i32x4.shuffle(vl0, vl1, 0, 4, 1, 5);
        let x = v128.load32_splat(p);
        s0 = fma(x, lowBF16(u), s0); s1 = fma(x, lowBF16(v), s1);
        p += acs;
        x = v128.load32_splat(p);
        s0 = fma(x, highBF16(u), s0); s1 = fma(x, highBF16(v), s1);
        p += acs;
        u = i32x4.shuffle(ul0, ul1, 2, 6, 3, 7); v = i32x4.shuffle(vl0, vl1, 2, 6, 3, 7);
        x = v128.load32_splat(p);
        s0 = fma(x, lowBF16(u), s0); s1 = fma(x, lowBF16(v), s1);
        p += acs;
        x = v128.load32_splat(p);
        s0 = fma(x, highBF16(u), s0); s1 = fma(x, highBF16(v), s1);
        p += acs;
        u = i32x4.shuffle(uh0, uh1, 0, 4, 1, 5); v = i32x4.shuffle(vh0, vh1, 0, 4, 1, 5);
        x = v128.load32_splat(p);
        s0 = fma(x, lowBF16(u), s0); s1 = fma(x, lowBF16(v), s1);
        p += acs;
        x = v128.load32_splat(p);
        s0 = fma(x, highBF16(u), s0); s1 = fma(x, highBF16(v), s1);
        p += acs;
        u = i32x4.shuffle(uh0, uh1, 2, 6, 3, 7); v = i32x4.shuffle(vh0, vh1, 2, 6, 3, 7);
        x = v128.load32_splat(p);
        s0 = fma(x, lowBF16(u), s0); s1 = fma(x, lowBF16(v), s1);
        p += acs;
        x = v128.load32_splat(p);
        s0 = fma(x, highBF16(u), s0); s1 = fma(x, highBF16(v), s1);
        p += acs;
        at += 16;
      }
    }
    for (; k + 4 <= K; k += 4) {
      const u0 = load4(bf16, b0 + at), u1 = load4(bf16, b1 + at), u2 = load4(bf16, b2 + at), u3 = load4(bf16, b3 + at);
      const v0 = load4(bf16, b4 + at), v1 = load4(bf16, b5 + at), v2 = load4(bf16, b6 + at), v3 = load4(bf16, b7 + at);
      const ul0 = i32x4.shuffle(u0, u1, 0, 4, 1, 5), ul1 = i32x4.shuffle(u2, u3, 0, 4, 1, 5);
      const uh0 = i32x4.shuffle(u0, u1, 2, 6, 3, 7), uh1 = i32x4.shuffle(u2, u3, 2, 6, 3, 7);
      const vl0 = i32x4.shuffle(v0, v1, 0, 4, 1, 5), vl1 = i32x4.shuffle(v2, v3, 0, 4, 1, 5);
      const vh0 = i32x4.shuffle(v0, v1, 2, 6, 3, 7), vh1 = i32x4.shuffle(v2, v3, 2, 6, 3, 7);
      let x = v128.load32_splat(p);
      s0 = fma(x, i64x2.shuffle(ul0, ul1, 0, 2), s0); s1 = fma(x, i64x2.shuffle(vl0, vl1, 0, 2), s1);
      p += acs;
      x = v128.load32_splat(p);
      s0 = fma(x, i64x2.shuffle(ul0, ul1, 1, 3), s0); s1 = fma(x, i64x2.shuffle(vl0, vl1, 1, 3), s1);
      p += acs;
      x = v128.load32_splat(p);
      s0 = fma(x, i64x2.shuffle(uh0, uh1, 0, 2), s0); s1 = fma(x, i64x2.shuffle(vh0, vh1, 0, 2), s1);
      p += acs;
      x = v128.load32_splat(p);
      s0 = fma(x, i64x2.shuffle(uh0, uh1, 1, 3), s0); s1 = fma(x, i64x2.shuffle(vh0, vh1, 1, 3), s1);
      p += acs;
      at += bytes(bf16, 4);
    }
    for (; k < K; k++) {
      const x = v128.load32_splat(p);
      s0 = fma(x, f32x4(loadOne(bf16, b0 + at), loadOne(bf16, b1 + at), loadOne(bf16, b2 + at), loadOne(bf16, b3 + at)), s0);
      s1 = fma(x, f32x4(loadOne(bf16, b4 + at), loadOne(bf16, b5 + at), loadOne(bf16, b6 + at), loadOne(bf16, b7 + at)), s1);
      p += acs;
      at += bytes(bf16, 1);
    }
    if (n >= 4) v128.store(c, s0);
    else storePart(c, s0, n);
    if (n == 8) v128.store(c, s1, 16);
    else if (n > 4) storePart(c + 16, s1, n - 4);
    b += bs << 3;
    c += 32;
  }
}

/** Columns of B are contiguous, bs bytes apart: eight of them at a time, turned in registers four rows at a time. */
export function rowT(N: i32, K: i32, a: usize, acs: usize, b: usize, bs: usize, c: usize, add: bool): void {
  rowTOf(false, N, K, a, acs, b, bs, c, add);
}

export function rowTBF16(N: i32, K: i32, a: usize, acs: usize, b: usize, bs: usize, c: usize, add: bool): void {
  rowTOf(true, N, K, a, acs, b, bs, c, add);
}
