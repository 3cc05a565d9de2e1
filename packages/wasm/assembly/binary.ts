// Element-wise functions of two arguments, with broadcasting: y[i0,i1,i2,j] = f(a[..], b[..]), y contiguous.
import { loadPart, storePart } from './lib/simd';

@inline const ADD = 0;
@inline const SUB = 1;
@inline const MUL = 2;
@inline const DIV = 3;
@inline const MAXIMUM = 4;
@inline const EQUAL = 5;
@inline const WHERE = 6;

@inline
function f(op: i32, a: v128, b: v128): v128 {
  if (op == ADD) return f32x4.add(a, b);
  if (op == SUB) return f32x4.sub(a, b);
  if (op == MUL) return f32x4.mul(a, b);
  if (op == DIV) return f32x4.div(a, b);
  if (op == MAXIMUM) return f32x4.max(a, b);
  if (op == EQUAL) return v128.and(f32x4.eq(a, b), f32x4.splat(1));
  return v128.and(f32x4.ne(b, f32x4.splat(0)), a);
}

/** One row of n, each side a row (step 1) or one number (step 0). */
@inline
function row(op: i32, n: i32, a: usize, stepA: i32, b: usize, stepB: i32, y: usize): void {
  const end = y + (<usize>(n & ~3) << 2), rest = n & 3;
  if (stepA && stepB) {
    while (y < end) {
      v128.store(y, f(op, v128.load(a), v128.load(b)));
      a += 16;
      b += 16;
      y += 16;
    }
    if (rest) storePart(y, f(op, loadPart(a, rest), loadPart(b, rest)), rest);
  } else if (stepA) {
    const s = v128.load32_splat(b);
    while (y < end) {
      v128.store(y, f(op, v128.load(a), s));
      a += 16;
      y += 16;
    }
    if (rest) storePart(y, f(op, loadPart(a, rest), s), rest);
  } else {
    const s = v128.load32_splat(a);
    while (y < end) {
      v128.store(y, f(op, s, v128.load(b)));
      b += 16;
      y += 16;
    }
    if (rest) storePart(y, f(op, s, loadPart(b, rest)), rest);
  }
}

/** Three outer axes; a and b advance by their own steps, in floats. */
@inline
function rows(
  op: i32, d0: i32, d1: i32, d2: i32, n: i32, a: usize, a0: i32, a1: i32, a2: i32, an: i32,
  b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize,
): void {
  for (let i = 0; i < d0; i++) {
    for (let j = 0; j < d1; j++) {
      let p = a + ((i * a0 + j * a1) << 2), q = b + ((i * b0 + j * b1) << 2);
      for (let k = 0; k < d2; k++) {
        row(op, n, p, an, q, bn, y);
        p += a2 << 2;
        q += b2 << 2;
        y += <usize>n << 2;
      }
    }
  }
}

export function add(
  d0: i32, d1: i32, d2: i32, n: i32, a: usize, a0: i32, a1: i32, a2: i32, an: i32,
  b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize,
): void {
  rows(ADD, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}

export function sub(
  d0: i32, d1: i32, d2: i32, n: i32, a: usize, a0: i32, a1: i32, a2: i32, an: i32,
  b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize,
): void {
  rows(SUB, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}

export function mul(
  d0: i32, d1: i32, d2: i32, n: i32, a: usize, a0: i32, a1: i32, a2: i32, an: i32,
  b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize,
): void {
  rows(MUL, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}

export function div(
  d0: i32, d1: i32, d2: i32, n: i32, a: usize, a0: i32, a1: i32, a2: i32, an: i32,
  b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize,
): void {
  rows(DIV, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}

export function maximum(
  d0: i32, d1: i32, d2: i32, n: i32, a: usize, a0: i32, a1: i32, a2: i32, an: i32,
  b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize,
): void {
  rows(MAXIMUM, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}

export function equal(
  d0: i32, d1: i32, d2: i32, n: i32, a: usize, a0: i32, a1: i32, a2: i32, an: i32,
  b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize,
): void {
  rows(EQUAL, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}

export function where(
  d0: i32, d1: i32, d2: i32, n: i32, a: usize, a0: i32, a1: i32, a2: i32, an: i32,
  b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize,
): void {
  rows(WHERE, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}
