// Vectors of four f32: fused multiply-add, partial loads and stores for tails, sums and maxima across lanes.

/** a b + c: one rounding in the relaxed tier, two in the plain one. */
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** c - a b, rounded like `fma`. */
@inline
export function nfma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** The first n floats at p, at most four; the other lanes are 0. n from 1. */
export function loadPart(p: usize, n: i32): v128 {
  if (n >= 4) return v128.load(p);
  if (n == 1) return v128.load32_zero(p);
  const x = v128.load64_zero(p);
  return n == 2 ? x : v128.load_lane<f32>(p, x, 2, 8);
}

/** Stores the first n lanes at p, at most four. n from 1. */
export function storePart(p: usize, x: v128, n: i32): void {
  if (n >= 4) {
    v128.store(p, x);
    return;
  }
  if (n == 1) {
    v128.store_lane<f32>(p, x, 0);
    return;
  }
  v128.store_lane<f64>(p, x, 0);
  if (n == 3) v128.store_lane<f32>(p, x, 2, 8);
}

/** The first n lanes of x, n in 0..4; the other lanes from `fill`. */
@inline
export function keepPart(x: v128, fill: v128, n: i32): v128 {
  return v128.bitselect(x, fill, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n)));
}

/** (x0 + x2) + (x1 + x3). */
@inline
export function sumLanes(x: v128): f32 {
  const y = f32x4.add(x, i32x4.shuffle(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(y, 0) + f32x4.extract_lane(y, 1);
}

@inline
export function maxLanes(x: v128): f32 {
  const y = f32x4.max(x, i32x4.shuffle(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.max(y, i32x4.shuffle(y, y, 1, 0, 3, 2)), 0);
}
