// Element-wise functions of two arguments, with broadcasting: y[i0,i1,i2,j] = f(a[..], b[..]), y contiguous.
import { loadPart, storePart } from './lib/simd';
import { ELEMENTS, pieces } from './lib/units';

@inline const ADD = 0;
@inline const SUB = 1;
@inline const MUL = 2;
@inline const DIV = 3;
@inline const MAXIMUM = 4;
@inline const EQUAL = 5;
@inline const WHERE = 6;

/** Units of n elements of y. */
export function units(n: i32): i32 {
  return pieces(n, ELEMENTS);
}

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
  const pairs = y + (<usize>(n & ~7) << 2), end = y + (<usize>n << 2);
  if (stepA && stepB) {
    for (; y < pairs; a += 32, b += 32, y += 32) {
      const y0 = f(op, v128.load(a), v128.load(b)), y1 = f(op, v128.load(a, 16), v128.load(b, 16));
      v128.store(y, y0);
      v128.store(y, y1, 16);
    }
    for (; y < end; a += 16, b += 16, y += 16) {
      const rest = <i32>(end - y) >> 2;
      storePart(y, f(op, loadPart(a, rest), loadPart(b, rest)), rest);
    }
    return;
  }
  const s = v128.load32_splat(stepA ? b : a);
  if (stepA) {
    for (; y < pairs; a += 32, y += 32) {
      const y0 = f(op, v128.load(a), s), y1 = f(op, v128.load(a, 16), s);
      v128.store(y, y0);
      v128.store(y, y1, 16);
    }
    for (; y < end; a += 16, y += 16) storePart(y, f(op, loadPart(a, <i32>(end - y) >> 2), s), <i32>(end - y) >> 2);
  } else {
    for (; y < pairs; b += 32, y += 32) {
      const y0 = f(op, s, v128.load(b)), y1 = f(op, s, v128.load(b, 16));
      v128.store(y, y0);
      v128.store(y, y1, 16);
    }
    for (; y < end; b += 16, y += 16) storePart(y, f(op, s, loadPart(b, <i32>(end - y) >> 2)), <i32>(end - y) >> 2);
  }
}

/** Three outer axes; a and b advance by their own steps, in floats. A unit may begin and end within a row. */
@inline
function rows(
  op: i32, from: i32, to: i32, d0: i32, d1: i32, d2: i32, n: i32,
  a: usize, a0: i32, a1: i32, a2: i32, an: i32, b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize,
): void {
  const start = from * ELEMENTS, first = start / n, column = start - first * n;
  let k = first % d2, j = first / d2 % d1, i = first / d2 / d1;
  let left = min(d0 * d1 * d2 * n, to * ELEMENTS) - start, m = min(n - column, left);
  // Where the first row is not whole, its rest begins so many floats on.
  let ca = column * an, cb = column * bn;
  y += <usize>start << 2;
  while (left > 0) {
    let p = a + ((i * a0 + j * a1 + k * a2 + ca) << 2), q = b + ((i * b0 + j * b1 + k * b2 + cb) << 2);
    for (; k < d2 && left > 0; k++) {
      row(op, m, p, an, q, bn, y);
      y += <usize>m << 2;
      left -= m;
      m = min(n, left);
      p += (a2 - ca) << 2;
      q += (b2 - cb) << 2;
      ca = cb = 0;
    }
    k = 0;
    if (++j == d1) {
      j = 0;
      i++;
    }
  }
}

export function add(
  from: i32, to: i32, d0: i32, d1: i32, d2: i32, n: i32,
  a: usize, a0: i32, a1: i32, a2: i32, an: i32, b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize, scratch: usize,
): void {
  rows(ADD, from, to, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}

export function sub(
  from: i32, to: i32, d0: i32, d1: i32, d2: i32, n: i32,
  a: usize, a0: i32, a1: i32, a2: i32, an: i32, b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize, scratch: usize,
): void {
  rows(SUB, from, to, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}

export function mul(
  from: i32, to: i32, d0: i32, d1: i32, d2: i32, n: i32,
  a: usize, a0: i32, a1: i32, a2: i32, an: i32, b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize, scratch: usize,
): void {
  rows(MUL, from, to, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}

export function div(
  from: i32, to: i32, d0: i32, d1: i32, d2: i32, n: i32,
  a: usize, a0: i32, a1: i32, a2: i32, an: i32, b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize, scratch: usize,
): void {
  rows(DIV, from, to, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}

export function maximum(
  from: i32, to: i32, d0: i32, d1: i32, d2: i32, n: i32,
  a: usize, a0: i32, a1: i32, a2: i32, an: i32, b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize, scratch: usize,
): void {
  rows(MAXIMUM, from, to, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}

export function equal(
  from: i32, to: i32, d0: i32, d1: i32, d2: i32, n: i32,
  a: usize, a0: i32, a1: i32, a2: i32, an: i32, b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize, scratch: usize,
): void {
  rows(EQUAL, from, to, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}

export function where(
  from: i32, to: i32, d0: i32, d1: i32, d2: i32, n: i32,
  a: usize, a0: i32, a1: i32, a2: i32, an: i32, b: usize, b0: i32, b1: i32, b2: i32, bn: i32, y: usize, scratch: usize,
): void {
  rows(WHERE, from, to, d0, d1, d2, n, a, a0, a1, a2, an, b, b0, b1, b2, bn, y);
}
