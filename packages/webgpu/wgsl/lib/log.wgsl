// Natural logarithm.
// Uses: bits.

/// log(1 + r) + e log 2, with 1 + r from sqrt(1/2) to sqrt(2).
fn log_near_1(r: f32, e: f32) -> f32 {
  let z = r * r;
  var p = 7.0376836292e-2;
  p = fma(p, r, -1.1514610310e-1);
  p = fma(p, r, 1.1676998740e-1);
  p = fma(p, r, -1.2420140846e-1);
  p = fma(p, r, 1.4249322787e-1);
  p = fma(p, r, -1.6668057665e-1);
  p = fma(p, r, 2.0000714765e-1);
  p = fma(p, r, -2.4999993993e-1);
  p = fma(p, r, 3.3333331174e-1);
  var y = p * r * z;
  y = fma(e, -2.12194440e-4, y);
  y = fma(z, -0.5, y);
  return fma(e, 0.693359375, r + y);
}

/// log x of a normal number above 0, plus log 2 `more` times: x = 2^n m with m in [sqrt(1/2), sqrt(2)).
fn normal_log(x: f32, more: f32) -> f32 {
  // n is such that the bits of m start at those of sqrt(1/2).
  let shifted = bitcast<i32>(x) - 0x3f3504f3;
  let m = bitcast<f32>((shifted & 0x007fffff) + 0x3f3504f3);
  return log_near_1(m - 1.0, f32(shifted >> 23u) + more);
}

/// log(1 + x) from -1/2; without 1 + x where that would lose digits of x: up to 1 with 1 + x = 2 (1 + r).
fn log1p(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x > -0.29 && x < 0.4142) { return log_near_1(x, 0.0); }
  if (x > 0.4 && x <= 1.0) { return log_near_1(0.5 * (x - 1.0), 1.0); }
  return normal_log(1.0 + x, 0.0);
}

/// log x; of 0 -Infinity, of a negative number NaN. By bits, since numbers below the normal ones may be 0 to an adapter.
fn log_of(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if (is_nan(x) || bits == 0x7f800000u) { return x; }
  if ((bits << 1u) == 0u) { return -infinity(); }
  if ((bits >> 31u) == 1u) { return not_a_number(); }
  if (bits < 0x00800000u) { return normal_log(f32(bits), -149.0); } // bits times 2^-149
  return normal_log(x, 0.0);
}
