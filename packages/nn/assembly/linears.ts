// Products of one input [M,I] with several weights [O,I]. A launch takes up to four of them; the places of absent ones are 0. Where
// there are many rows, what each product reads again and again is packed by a launch before; `packed` of 0 means that it is not.
import { FEW, packedProduct, packProduct, packUnits, product, productUnits } from '../../wasm/assembly/lib/product';

export { gemmScratch } from '../../wasm/assembly/lib/gemm';
export { packedBytes, packUnits, productUnits } from '../../wasm/assembly/lib/product';
export { elementUnits, rowUnits } from '../../wasm/assembly/lib/units';

/** Packs B [K,N] of units that begin at `at`. Returns the first unit of the next. */
@inline
function packPart(from: i32, to: i32, at: i32, N: i32, K: i32, b: usize, brs: i32, bcs: i32, packed: usize): i32 {
  const count = b ? packUnits(FEW, N, K) : 0, first = max(from - at, 0), last = min(to - at, count);
  if (first < last) packProduct(false, first, last, N, K, b, brs, bcs, packed);
  return at + count;
}

/** Packs up to four weights [O,I], for `forward` if `transposed`, else for `input`. */
export function pack(
  from: i32, to: i32, transposed: bool, I: i32, O0: i32, w0: usize, p0: usize, O1: i32, w1: usize, p1: usize,
  O2: i32, w2: usize, p2: usize, O3: i32, w3: usize, p3: usize, scratch: usize,
): void {
  let at = 0;
  if (transposed) {
    at = packPart(from, to, at, O0, I, w0, 1, I, p0);
    at = packPart(from, to, at, O1, I, w1, 1, I, p1);
    at = packPart(from, to, at, O2, I, w2, 1, I, p2);
    packPart(from, to, at, O3, I, w3, 1, I, p3);
  } else {
    at = packPart(from, to, at, I, O0, w0, I, 1, p0);
    at = packPart(from, to, at, I, O1, w1, I, 1, p1);
    at = packPart(from, to, at, I, O2, w2, I, 1, p2);
    packPart(from, to, at, I, O3, w3, I, 1, p3);
  }
}

/** Packs the input for `weights`. */
export function packInput(from: i32, to: i32, M: i32, I: i32, x: usize, packed: usize, scratch: usize): void {
  packProduct(false, from, to, I, M, x, I, 1, packed);
}

/** Units [from,to) of C = A B where they are of this product, whose first is `at`. Returns the first unit of the next. */
@inline
function part(
  from: i32, to: i32, at: i32, M: i32, N: i32, K: i32,
  a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, packed: usize, c: usize, scratch: usize,
): i32 {
  const count = productUnits(M, N), first = max(from - at, 0), last = min(to - at, count);
  if (first < last) {
    if (packed && M >= FEW) packedProduct(false, first, last, M, N, K, a, ars, acs, packed, c, scratch);
    else product(false, false, first, last, M, N, K, a, ars, acs, b, brs, bcs, c, scratch);
  }
  return at + count;
}

/** y = x W' for each weight, packed or not. */
export function forward(
  from: i32, to: i32, M: i32, I: i32, x: usize,
  O0: i32, w0: usize, p0: usize, y0: usize, O1: i32, w1: usize, p1: usize, y1: usize,
  O2: i32, w2: usize, p2: usize, y2: usize, O3: i32, w3: usize, p3: usize, y3: usize, scratch: usize,
): void {
  let at = part(from, to, 0, M, O0, I, x, I, 1, w0, 1, I, p0, y0, scratch);
  at = part(from, to, at, M, O1, I, x, I, 1, w1, 1, I, p1, y1, scratch);
  at = part(from, to, at, M, O2, I, x, I, 1, w2, 1, I, p2, y2, scratch);
  part(from, to, at, M, O3, I, x, I, 1, w3, 1, I, p3, y3, scratch);
}

/** dW = dy' x for each weight; x is packed once for all that have enough rows. */
export function weights(
  from: i32, to: i32, M: i32, I: i32, x: usize, packed: usize,
  O0: i32, dy0: usize, dw0: usize, O1: i32, dy1: usize, dw1: usize,
  O2: i32, dy2: usize, dw2: usize, O3: i32, dy3: usize, dw3: usize, scratch: usize,
): void {
  let at = part(from, to, 0, O0, I, M, dy0, 1, O0, x, I, 1, packed, dw0, scratch);
  at = part(from, to, at, O1, I, M, dy1, 1, O1, x, I, 1, packed, dw1, scratch);
  at = part(from, to, at, O2, I, M, dy2, 1, O2, x, I, 1, packed, dw2, scratch);
  part(from, to, at, O3, I, M, dy3, 1, O3, x, I, 1, packed, dw3, scratch);
}

@inline
function addPart(
  add: bool, from: i32, to: i32, M: i32, I: i32, O: i32, dy: usize, w: usize, packed: usize, dx: usize, scratch: usize,
): void {
  if (packed) packedProduct(add, from, to, M, I, O, dy, O, 1, packed, dx, scratch);
  else product(false, add, from, to, M, I, O, dy, O, 1, w, I, 1, dx, scratch);
}

/** dx = the sum of dy W in the order of the weights here: one sum for each element. @param onto what dx holds. */
export function input(
  from: i32, to: i32, M: i32, I: i32, onto: bool, dx: usize,
  O0: i32, dy0: usize, w0: usize, p0: usize, O1: i32, dy1: usize, w1: usize, p1: usize,
  O2: i32, dy2: usize, w2: usize, p2: usize, O3: i32, dy3: usize, w3: usize, p3: usize, scratch: usize,
): void {
  addPart(onto, from, to, M, I, O0, dy0, w0, p0, dx, scratch);
  if (w1) addPart(true, from, to, M, I, O1, dy1, w1, p1, dx, scratch);
  if (w2) addPart(true, from, to, M, I, O2, dy2, w2, p2, dx, scratch);
  if (w3) addPart(true, from, to, M, I, O3, dy3, w3, p3, dx, scratch);
}
