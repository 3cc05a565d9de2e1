// Products of one input [M,I] with several weights [O,I]. A launch takes up to four of them; the places of absent ones are 0.
import { product, productUnits } from '../../wasm/assembly/lib/product';

export { gemmScratch, ontoScratch } from '../../wasm/assembly/lib/gemm';
export { productUnits } from '../../wasm/assembly/lib/product';

/** Does of units [from,to) those of one product, whose first is `at`. Returns the first of the next product. */
function part(
  from: i32, to: i32, at: i32, M: i32, N: i32, K: i32,
  a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize, scratch: usize,
): i32 {
  const count = productUnits(M, N), first = max(from - at, 0), last = min(to - at, count);
  if (first < last) product(false, false, first, last, M, N, K, a, ars, acs, b, brs, bcs, c, scratch);
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

/** dx = the sum of dy W in the order of the weights here, each product rounded on its own. @param onto what dx holds. */
export function input(
  from: i32, to: i32, M: i32, I: i32, onto: bool, dx: usize,
  O0: i32, dy0: usize, w0: usize, O1: i32, dy1: usize, w1: usize,
  O2: i32, dy2: usize, w2: usize, O3: i32, dy3: usize, w3: usize, scratch: usize,
): void {
  product(false, onto, from, to, M, I, O0, dy0, O0, 1, w0, I, 1, dx, scratch);
  if (w1) product(false, true, from, to, M, I, O1, dy1, O1, 1, w1, I, 1, dx, scratch);
  if (w2) product(false, true, from, to, M, I, O2, dy2, O2, 1, w2, I, 1, dx, scratch);
  if (w3) product(false, true, from, to, M, I, O3, dy3, O3, 1, w3, I, 1, dx, scratch);
}
