// Along a row: whole vectors and tails in one way, and dot products.
import { widen } from '../../../wasm/assembly/lib/reduce';
import { fma, loadPart, storePart } from '../../../wasm/assembly/lib/simd';

/** Floats multiplied and added in f32 before f64 takes over. */
@inline const BLOCK: i32 = 256;

/** Four floats at p, or the `rest` (1..3) of a tail with zeros behind. A `rest` of 0 that is a literal costs nothing. */
@inline
export function get(p: usize, rest: i32): v128 {
  return rest ? loadPart(p, rest) : v128.load(p);
}

@inline
export function put(p: usize, x: v128, rest: i32): void {
  if (rest) storePart(p, x, rest);
  else v128.store(p, x);
}

/** Both lanes of an f64 pair. */
@inline
export function sumPair(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/** Sum of x y over n floats, of x y z where z is given. */
@inline
function product(three: bool, n: i32, x: usize, y: usize, z: usize): f64 {
  let total = f64x2.splat(0), left = n & ~3;
  while (left > 0) {
    const m = min(left, BLOCK), end = x + (<usize>(m & ~7) << 2);
    let s0 = f32x4.splat(0), s1 = s0;
    while (x < end) {
      let a = v128.load(x), b = v128.load(x, 16);
      if (three) {
        a = f32x4.mul(a, v128.load(z));
        b = f32x4.mul(b, v128.load(z, 16));
        z += 32;
      }
      s0 = fma(a, v128.load(y), s0);
      s1 = fma(b, v128.load(y, 16), s1);
      x += 32;
      y += 32;
    }
    if (m & 4) {
      let a = v128.load(x);
      if (three) {
        a = f32x4.mul(a, v128.load(z));
        z += 16;
      }
      s0 = fma(a, v128.load(y), s0);
      x += 16;
      y += 16;
    }
    total = widen(total, f32x4.add(s0, s1));
    left -= m;
  }
  const rest = n & 3;
  if (rest) {
    let a = loadPart(x, rest);
    if (three) a = f32x4.mul(a, loadPart(z, rest));
    total = widen(total, f32x4.mul(a, loadPart(y, rest)));
  }
  return sumPair(total);
}

export function dot(n: i32, x: usize, y: usize): f64 {
  return product(false, n, x, y, 0);
}

export function dot3(n: i32, x: usize, y: usize, z: usize): f64 {
  return product(true, n, x, y, z);
}
