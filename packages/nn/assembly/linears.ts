// Products of one input [M,I] with several weights [O,I]. A launch takes up to four of them; the places of absent ones are 0.
import { gemm, gemmScratch } from '../../wasm/assembly/lib/gemm';
import { FEW, product, productUnits, TALL, WIDE } from '../../wasm/assembly/lib/product';

export { gemmScratch } from '../../wasm/assembly/lib/gemm';
export { productUnits } from '../../wasm/assembly/lib/product';

/** Rows and columns of the input's gradient that are added up at a time, so that they stay in the second cache. */
@inline const ROWS: i32 = 16 * TALL;
@inline const COLUMNS: i32 = 4 * WIDE;

/** Bytes of a product that is added to others. */
function tileBytes(M: i32, I: i32): i32 {
  return ((min(M, ROWS) * min(I, COLUMNS)) << 2) + 63 & ~63;
}

/** Bytes of scratch of the input's gradient through a weight. */
export function inputScratch(M: i32, I: i32, O: i32): i32 {
  return tileBytes(M, I) + gemmScratch(min(M, ROWS), min(I, COLUMNS), O);
}

/** Does of units [from,to) those of one product, whose first is `at`. Returns the first of the next product. */
function part(
  from: i32, to: i32, at: i32, M: i32, N: i32, K: i32,
  a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize, scratch: usize,
): i32 {
  const count = productUnits(M, N), first = max(from - at, 0), last = min(to - at, count);
  if (first < last) product(first, last, M, N, K, a, ars, acs, b, brs, bcs, c, scratch);
  return at + count;
}

/** y = x W' for each weight. */
export function forward(
  from: i32, to: i32, M: i32, I: i32, x: usize,
  O0: i32, w0: usize, y0: usize, O1: i32, w1: usize, y1: usize,
  O2: i32, w2: usize, y2: usize, O3: i32, w3: usize, y3: usize, scratch: usize,
): void {
  let at = part(from, to, 0, M, O0, I, x, I, 1, w0, 1, I, y0, scratch);
  at = part(from, to, at, M, O1, I, x, I, 1, w1, 1, I, y1, scratch);
  at = part(from, to, at, M, O2, I, x, I, 1, w2, 1, I, y2, scratch);
  part(from, to, at, M, O3, I, x, I, 1, w3, 1, I, y3, scratch);
}

/** dW = dy' x for each weight. */
export function weights(
  from: i32, to: i32, M: i32, I: i32, x: usize,
  O0: i32, dy0: usize, dw0: usize, O1: i32, dy1: usize, dw1: usize,
  O2: i32, dy2: usize, dw2: usize, O3: i32, dy3: usize, dw3: usize, scratch: usize,
): void {
  let at = part(from, to, 0, O0, I, M, dy0, 1, O0, x, I, 1, dw0, scratch);
  at = part(from, to, at, O1, I, M, dy1, 1, O1, x, I, 1, dw1, scratch);
  at = part(from, to, at, O2, I, M, dy2, 1, O2, x, I, 1, dw2, scratch);
  part(from, to, at, O3, I, M, dy3, 1, O3, x, I, 1, dw3, scratch);
}

/** C [m,n] += T, whose rows follow each other. */
function addTile(m: i32, n: i32, t: usize, c: usize, cs: usize): void {
  const whole = <usize>(n & ~3) << 2, end = <usize>n << 2;
  for (let i = 0; i < m; i++) {
    for (let at: usize = 0; at < whole; at += 16) {
      v128.store(c + at, f32x4.add(v128.load(c + at), v128.load(t + at)));
    }
    for (let at = whole; at < end; at += 4) store<f32>(c + at, load<f32>(c + at) + load<f32>(t + at));
    c += cs;
    t += end;
  }
}

/** C [m,n] = dy W, or what C holds and the rounded product. */
@inline
function input1(add: bool, m: i32, n: i32, I: i32, O: i32, dy: usize, w: usize, c: usize, tile: usize, scratch: usize): void {
  gemm(m, n, O, dy, O, 1, w, I, 1, add ? tile : c, add ? n : I, false, scratch);
  if (add) addTile(m, n, tile, c, <usize>I << 2);
}

/** dx = the sum of dy W in the order of the weights here, each product rounded on its own. @param add to what dx holds. */
export function input(
  from: i32, to: i32, M: i32, I: i32, add: bool, dx: usize,
  O0: i32, dy0: usize, w0: usize, O1: i32, dy1: usize, w1: usize,
  O2: i32, dy2: usize, w2: usize, O3: i32, dy3: usize, w3: usize, scratch: usize,
): void {
  const few = M < FEW, packed = scratch + tileBytes(M, I);
  const top = few ? 0 : from * TALL, bottom = few ? M : min(M, to * TALL);
  const left = few ? from * WIDE : 0, right = few ? min(I, to * WIDE) : I;
  for (let i = top; i < bottom; i += ROWS) {
    const m = min(ROWS, bottom - i);
    for (let j = left; j < right; j += COLUMNS) {
      const n = min(COLUMNS, right - j), at = j << 2, c = dx + ((i * I + j) << 2);
      input1(add, m, n, I, O0, dy0 + ((i * O0) << 2), w0 + at, c, scratch, packed);
      if (w1) input1(true, m, n, I, O1, dy1 + ((i * O1) << 2), w1 + at, c, scratch, packed);
      if (w2) input1(true, m, n, I, O2, dy2 + ((i * O2) << 2), w2 + at, c, scratch, packed);
      if (w3) input1(true, m, n, I, O3, dy3 + ((i * O3) << 2), w3 + at, c, scratch, packed);
    }
  }
}
