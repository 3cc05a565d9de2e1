// A chunk of a sequence in scratch: rows of tokens padded with zeros to whole vectors and to C rows, and its gates.
import { exp } from '../../../wasm/assembly/lib/exp';
import { clear } from '../../../wasm/assembly/lib/padded';
import { fma, loadPart, storePart } from '../../../wasm/assembly/lib/simd';
import { smallMatmul, smallMatmulT } from '../../../wasm/assembly/lib/small-matmul';

/** Tokens of a chunk, a multiple of 8: the fewest operations a token, and one block of substitution. */
@inline export const C: i32 = 16;
/** Bytes of a row of a [C,C] matrix. */
@inline export const CS: usize = C << 2;

/** The floats of a padded row: whole pairs of vectors. */
@inline
export function padded(n: i32): i32 {
  return (n + 7) & ~7;
}

/** n floats times f from one row to another, whose other floats stay as they are. */
@inline
function copyRow(n: i32, f: v128, from: usize, to: usize): void {
  const pairs = <usize>(n & ~7) << 2, whole = <usize>(n & ~3) << 2, rest = n & 3;
  for (let j: usize = 0; j < pairs; j += 32) {
    const x = f32x4.mul(f, v128.load(from + j)), y = f32x4.mul(f, v128.load(from + j, 16));
    v128.store(to + j, x);
    v128.store(to + j, y, 16);
  }
  if (pairs < whole) v128.store(to + pairs, f32x4.mul(f, v128.load(from + pairs)));
  if (rest) storePart(to + whole, f32x4.mul(f, loadPart(from + whole, rest)), rest);
}

/** m <= C rows of n floats, `step` bytes apart, times `factor`, as C rows of padded(n). */
export function gather(m: i32, n: i32, from: usize, step: usize, to: usize, factor: f32): void {
  const f = f32x4.splat(factor), row = <usize>padded(n) << 2, last = row - 32;
  for (let i = 0; i < m; i++) {
    if (n & 7) clear(to + last, to + row);
    copyRow(n, f, from, to);
    from += step;
    to += row;
  }
  clear(to, to + <usize>(C - m) * row);
}

/** m rows of n floats can be read and written where they lie: C of them, of whole pairs of vectors. */
@inline
export function whole(m: i32, n: i32): bool {
  return m == C && (n & 7) == 0;
}

/** m <= C rows of n floats, `step` bytes apart, as C rows of padded(n): where they lie if they are whole, else in `buffer`. */
export function rows(m: i32, n: i32, from: usize, step: usize, buffer: usize): usize {
  if (whole(m, n)) return from;
  gather(m, n, from, step, buffer, 1);
  return buffer;
}

/** Bytes from one of these rows to the next. */
@inline
export function rowStep(m: i32, n: i32, step: usize): usize {
  return whole(m, n) ? step : <usize>padded(n) << 2;
}

/** out_i = s_i x_i for C rows of n floats, n a multiple of 8: rows of x are `step` bytes apart, those of out follow each other. */
export function scaledRows(n: i32, s: usize, x: usize, step: usize, out: usize): void {
  const row = <usize>n << 2;
  for (const end = s + CS; s < end; s += 4) {
    const by = v128.load32_splat(s);
    for (let at: usize = 0; at < row; at += 32) {
      const u = f32x4.mul(by, v128.load(x + at)), v = f32x4.mul(by, v128.load(x + at, 16));
      v128.store(out + at, u);
      v128.store(out + at, v, 16);
    }
    x += step;
    out += row;
  }
}

/** The first m rows back to their places, times `factor`; added to what is there if `add`. */
export function scatter(m: i32, n: i32, from: usize, to: usize, step: usize, factor: f32, add: bool): void {
  const f = f32x4.splat(factor), whole = <usize>(n & ~3) << 2, rest = n & 3;
  for (let i = 0; i < m; i++) {
    if (add) {
      for (let j: usize = 0; j < whole; j += 16) v128.store(to + j, fma(f, v128.load(from + j), v128.load(to + j)));
      if (rest) storePart(to + whole, fma(f, v128.load(from + whole), loadPart(to + whole, rest)), rest);
    } else copyRow(n, f, from, to);
    from += <usize>padded(n) << 2;
    to += step;
  }
}

/** m <= C numbers `step` bytes apart, then zeros. */
export function gatherColumn(m: i32, from: usize, step: usize, to: usize): void {
  for (let i = 0; i < C; i++) {
    store<f32>(to, i < m ? load<f32>(from) : 0);
    from += step;
    to += 4;
  }
}

/** A matrix [K,V] of rows `step` bytes apart into padded ones; zeros when it is absent. */
export function loadState(K: i32, V: i32, from: usize, step: usize, to: usize): void {
  const row = <usize>padded(V) << 2, one = f32x4.splat(1), end = to + <usize>padded(K) * row;
  if (from) for (let i = 0; i < K; i++) {
    if (V & 7) clear(to + row - 32, to + row);
    copyRow(V, one, from, to);
    from += step;
    to += row;
  }
  clear(to, end);
}

export function storeState(K: i32, V: i32, from: usize, to: usize, step: usize): void {
  const one = f32x4.splat(1);
  for (let i = 0; i < K; i++) {
    copyRow(V, one, from, to);
    from += <usize>padded(V) << 2;
    to += step;
  }
}

/**
 * From log gates g [C]: D [C,C] with D_ij = e^(the gates after j up to i), 0 above the diagonal, and e^(sum up to i) in place of g.
 * D is a product of the decays e^g between, which are left in e [C]: never a difference of two long sums. What lasts from chunk to chunk
 * is e^(a sum), so that rounding errors do not add up.
 */
export function decays(g: usize, e: usize, d: usize): void {
  const lanes = i32x4(0, 1, 2, 3), one = f32x4.splat(1);
  for (let v: usize = 0; v < CS; v += 16) v128.store(e + v, exp(v128.load(g + v)));
  for (let j = 0; j < C; j += 4) {
    let at = d + (<usize>j << 2), s = f32x4.splat(0), i = 0;
    for (; i < j; i++) {
      v128.store(at, s);
      at += CS;
    }
    for (; i < j + 4; i++) {
      // A row's own token starts at 1; those after it stay at 0, chosen and not multiplied.
      const by = v128.load32_splat(e + (<usize>i << 2)), own = i32x4.splat(i - j);
      s = v128.bitselect(one, v128.and(f32x4.mul(s, by), i32x4.lt_s(lanes, own)), i32x4.eq(lanes, own));
      v128.store(at, s);
      at += CS;
    }
    for (; i < C; i++) {
      s = f32x4.mul(s, v128.load32_splat(e + (<usize>i << 2)));
      v128.store(at, s);
      at += CS;
    }
  }
  let total: f32 = 0;
  for (let i: usize = 0; i < CS; i += 4) {
    total += load<f32>(g + i);
    store<f32>(g + i, total);
  }
  for (let v: usize = 0; v < CS; v += 16) v128.store(g + v, exp(v128.load(g + v)));
}

/** The same without gates: ones on and below the diagonal. */
export function noDecays(g: usize, d: usize): void {
  const lanes = i32x4(0, 1, 2, 3), one = f32x4.splat(1);
  for (let i = 0; i < C; i++) {
    for (let j = 0; j < C; j += 4) {
      v128.store(d + (<usize>j << 2), v128.and(one, i32x4.le_s(lanes, i32x4.splat(i - j))));
    }
    d += CS;
  }
  for (let v: usize = 0; v < CS; v += 16) v128.store(g + v, one);
}

/** A B on and below the diagonal: A [C,n], B [n,C]. Above it, what falls into a block of 4 x 8. */
export function triangle(n: i32, a: usize, as: usize, b: usize, out: usize): void {
  for (let i = 0; i < C; i += 4) {
    smallMatmul(4, (i + 11) & ~7, n, a, as, b, CS, out, CS, 0);
    a += as << 2;
    out += CS << 2;
  }
}

/** (A B) times `by` D, with 0 above the diagonal. */
export function lower(n: i32, a: usize, as: usize, b: usize, by: f32, d: usize, out: usize): void {
  triangle(n, a, as, b, out);
  const f = f32x4.splat(by);
  for (let i: usize = 0; i < CS * C; i += CS) {
    // The vector that holds the diagonal is the last one of the row that counts.
    const own = (i / C) & ~15;
    for (let v = i; v <= i + own; v += 16) v128.store(out + v, f32x4.mul(v128.load(out + v), f32x4.mul(f, v128.load(d + v))));
    clear(out + i + own + 16, out + i + CS);
  }
}

/** C += A B for A [C,C], 0 above the diagonal, and B [C,n]. */
export function addLower(n: i32, a: usize, b: usize, bs: usize, c: usize, cs: usize): void {
  for (let i = 0; i < C; i += 4) {
    smallMatmul(4, n, i + 4, a, CS, b, bs, c, cs, 1);
    a += CS << 2;
    c += cs << 2;
  }
}

/** C += A' B for the same A. */
export function addLowerT(n: i32, a: usize, b: usize, bs: usize, c: usize, cs: usize): void {
  for (let i = 0; i < C; i += 4) {
    smallMatmulT(4, n, C - i, a, CS, b, bs, c, cs, 1);
    a += (CS << 2) + 16;
    b += bs << 2;
    c += cs << 2;
  }
}
