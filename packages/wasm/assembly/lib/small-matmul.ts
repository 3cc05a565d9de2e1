// Products of matrices small enough for the first caches: C = keep C + A B without packing. M and N are multiples of 4, the
// inner size is any. Row strides are in bytes. A keep of 0 never reads C. Every element is one sum over k in order.
import { WIDE, ZEROS } from './build';
import { fma } from './simd';

/** Four rows and eight columns; A row by row. */
function tile8(K: i32, a: usize, as: usize, b: usize, bs: usize, c: usize, cs: usize, keep: f32): void {
  const c1 = c + cs, c2 = c1 + cs, c3 = c2 + cs;
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  if (keep != 0) {
    const x = f32x4.splat(keep);
    s00 = f32x4.mul(x, v128.load(c)); s01 = f32x4.mul(x, v128.load(c, 16));
    s10 = f32x4.mul(x, v128.load(c1)); s11 = f32x4.mul(x, v128.load(c1, 16));
    s20 = f32x4.mul(x, v128.load(c2)); s21 = f32x4.mul(x, v128.load(c2, 16));
    s30 = f32x4.mul(x, v128.load(c3)); s31 = f32x4.mul(x, v128.load(c3, 16));
  }
  let a1 = a + as, a2 = a1 + as, a3 = a2 + as;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load32_splat(a1);
    s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load32_splat(a2);
    s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load32_splat(a3);
    s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    a += 4; a1 += 4; a2 += 4; a3 += 4;
    b += bs;
  }
  v128.store(c, s00); v128.store(c, s01, 16);
  v128.store(c1, s10); v128.store(c1, s11, 16);
  v128.store(c2, s20); v128.store(c2, s21, 16);
  v128.store(c3, s30); v128.store(c3, s31, 16);
}

/** Four rows and eight columns of the product with A transposed: the four rows of A' lie side by side. */
function tile8T(K: i32, a: usize, as: usize, b: usize, bs: usize, c: usize, cs: usize, keep: f32): void {
  const c1 = c + cs, c2 = c1 + cs, c3 = c2 + cs;
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  if (keep != 0) {
    const x = f32x4.splat(keep);
    s00 = f32x4.mul(x, v128.load(c)); s01 = f32x4.mul(x, v128.load(c, 16));
    s10 = f32x4.mul(x, v128.load(c1)); s11 = f32x4.mul(x, v128.load(c1, 16));
    s20 = f32x4.mul(x, v128.load(c2)); s21 = f32x4.mul(x, v128.load(c2, 16));
    s30 = f32x4.mul(x, v128.load(c3)); s31 = f32x4.mul(x, v128.load(c3, 16));
  }
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = fma(x, b0, s00); s01 = fma(x, b1, s01);
    x = v128.load32_splat(a, 4);
    s10 = fma(x, b0, s10); s11 = fma(x, b1, s11);
    x = v128.load32_splat(a, 8);
    s20 = fma(x, b0, s20); s21 = fma(x, b1, s21);
    x = v128.load32_splat(a, 12);
    s30 = fma(x, b0, s30); s31 = fma(x, b1, s31);
    a += as;
    b += bs;
  }
  v128.store(c, s00); v128.store(c, s01, 16);
  v128.store(c1, s10); v128.store(c1, s11, 16);
  v128.store(c2, s20); v128.store(c2, s21, 16);
  v128.store(c3, s30); v128.store(c3, s31, 16);
}

/** Four rows and four columns; rows of A are ars, its columns acs bytes apart. */
function tile4(K: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, cs: usize, keep: f32): void {
  const c1 = c + cs, c2 = c1 + cs, c3 = c2 + cs;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  if (keep != 0) {
    const x = f32x4.splat(keep);
    s0 = f32x4.mul(x, v128.load(c)); s1 = f32x4.mul(x, v128.load(c1));
    s2 = f32x4.mul(x, v128.load(c2)); s3 = f32x4.mul(x, v128.load(c3));
  }
  let a1 = a + ars, a2 = a1 + ars, a3 = a2 + ars;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    s0 = fma(v128.load32_splat(a), b0, s0); s1 = fma(v128.load32_splat(a1), b0, s1);
    s2 = fma(v128.load32_splat(a2), b0, s2); s3 = fma(v128.load32_splat(a3), b0, s3);
    a += acs; a1 += acs; a2 += acs; a3 += acs;
    b += bs;
  }
  v128.store(c, s0); v128.store(c1, s1); v128.store(c2, s2); v128.store(c3, s3);
}

/** Four rows and sixteen columns, what pairs of vectors hold in sixteen registers; rows of A are ars, its columns acs bytes apart. */
function tile16(K: i32, a: usize, ars: usize, acs: usize, b: usize, bs: usize, c: usize, cs: usize, keep: f32): void {
  const c1 = c + cs, c2 = c1 + cs, c3 = c2 + cs;
  // Without a branch, which would keep the engine from pairing what follows.
  const from = keep != 0 ? c : ZEROS, fs = keep != 0 ? cs : 0, e1 = from + fs, e2 = e1 + fs, e3 = e2 + fs, by = f32x4.splat(keep);
  let s00 = f32x4.mul(by, v128.load(from)), s01 = f32x4.mul(by, v128.load(from, 16));
  let s02 = f32x4.mul(by, v128.load(from, 32)), s03 = f32x4.mul(by, v128.load(from, 48));
  let s10 = f32x4.mul(by, v128.load(e1)), s11 = f32x4.mul(by, v128.load(e1, 16));
  let s12 = f32x4.mul(by, v128.load(e1, 32)), s13 = f32x4.mul(by, v128.load(e1, 48));
  let s20 = f32x4.mul(by, v128.load(e2)), s21 = f32x4.mul(by, v128.load(e2, 16));
  let s22 = f32x4.mul(by, v128.load(e2, 32)), s23 = f32x4.mul(by, v128.load(e2, 48));
  let s30 = f32x4.mul(by, v128.load(e3)), s31 = f32x4.mul(by, v128.load(e3, 16));
  let s32 = f32x4.mul(by, v128.load(e3, 32)), s33 = f32x4.mul(by, v128.load(e3, 48));
  let a1 = a + ars, a2 = a1 + ars, a3 = a2 + ars;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    let x = v128.load32_splat(a);
    s00 = fma(x, b0, s00); s01 = fma(x, b1, s01); s02 = fma(x, b2, s02); s03 = fma(x, b3, s03);
    x = v128.load32_splat(a1);
    s10 = fma(x, b0, s10); s11 = fma(x, b1, s11); s12 = fma(x, b2, s12); s13 = fma(x, b3, s13);
    x = v128.load32_splat(a2);
    s20 = fma(x, b0, s20); s21 = fma(x, b1, s21); s22 = fma(x, b2, s22); s23 = fma(x, b3, s23);
    x = v128.load32_splat(a3);
    s30 = fma(x, b0, s30); s31 = fma(x, b1, s31); s32 = fma(x, b2, s32); s33 = fma(x, b3, s33);
    a += acs; a1 += acs; a2 += acs; a3 += acs;
    b += bs;
  }
  v128.store(c, s00); v128.store(c, s01, 16); v128.store(c, s02, 32); v128.store(c, s03, 48);
  v128.store(c1, s10); v128.store(c1, s11, 16); v128.store(c1, s12, 32); v128.store(c1, s13, 48);
  v128.store(c2, s20); v128.store(c2, s21, 16); v128.store(c2, s22, 32); v128.store(c2, s23, 48);
  v128.store(c3, s30); v128.store(c3, s31, 16); v128.store(c3, s32, 32); v128.store(c3, s33, 48);
}

/** C [M,N] = keep C + A [M,K] B [K,N]. */
export function smallMatmul(
  M: i32, N: i32, K: i32, a: usize, as: usize, b: usize, bs: usize, c: usize, cs: usize, keep: f32,
): void {
  const down = as << 2, on = cs << 2;
  let j = 0;
  if (WIDE) for (; j + 16 <= N; j += 16) {
    let p = a, q = c;
    for (let i = 0; i < M; i += 4) {
      tile16(K, p, as, 4, b, bs, q, cs, keep);
      p += down;
      q += on;
    }
    b += 64;
    c += 64;
  }
  for (; j < N; j += 8) {
    let p = a, q = c;
    if (j + 8 <= N) for (let i = 0; i < M; i += 4) {
      tile8(K, p, as, b, bs, q, cs, keep);
      p += down;
      q += on;
    } else for (let i = 0; i < M; i += 4) {
      tile4(K, p, as, 4, b, bs, q, cs, keep);
      p += down;
      q += on;
    }
    b += 32;
    c += 32;
  }
}

/** C [M,N] = keep C + A' B, with A [K,M] and B [K,N]. */
export function smallMatmulT(
  M: i32, N: i32, K: i32, a: usize, as: usize, b: usize, bs: usize, c: usize, cs: usize, keep: f32,
): void {
  const on = cs << 2;
  let j = 0;
  if (WIDE) for (; j + 16 <= N; j += 16) {
    let p = a, q = c;
    for (let i = 0; i < M; i += 4) {
      tile16(K, p, 4, as, b, bs, q, cs, keep);
      p += 16;
      q += on;
    }
    b += 64;
    c += 64;
  }
  for (; j < N; j += 8) {
    let p = a, q = c;
    if (j + 8 <= N) for (let i = 0; i < M; i += 4) {
      tile8T(K, p, as, b, bs, q, cs, keep);
      p += 16;
      q += on;
    } else for (let i = 0; i < M; i += 4) {
      tile4(K, p, 4, as, b, bs, q, cs, keep);
      p += 16;
      q += on;
    }
    b += 32;
    c += 32;
  }
}

/** B [N,M] = A' for A [M,N]. */
export function smallTranspose(M: i32, N: i32, a: usize, as: usize, b: usize, bs: usize): void {
  for (let i = 0; i < M; i += 4) {
    let p = a, q = b;
    for (let j = 0; j < N; j += 4) {
      const x0 = v128.load(p), x1 = v128.load(p + as), x2 = v128.load(p + as + as), x3 = v128.load(p + as + as + as);
      const l01 = i32x4.shuffle(x0, x1, 0, 4, 1, 5), l23 = i32x4.shuffle(x2, x3, 0, 4, 1, 5);
      const h01 = i32x4.shuffle(x0, x1, 2, 6, 3, 7), h23 = i32x4.shuffle(x2, x3, 2, 6, 3, 7);
      v128.store(q, i64x2.shuffle(l01, l23, 0, 2));
      v128.store(q + bs, i64x2.shuffle(l01, l23, 1, 3));
      v128.store(q + bs + bs, i64x2.shuffle(h01, h23, 0, 2));
      v128.store(q + bs + bs + bs, i64x2.shuffle(h01, h23, 1, 3));
      p += 16;
      q += bs << 2;
    }
    a += as << 2;
    b += 16;
  }
}
