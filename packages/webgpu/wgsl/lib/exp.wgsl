// e^x and the functions made of it, to the last bits everywhere: the built-in ones are as exact as an adapter likes.
// Uses: bits, log.

/// e^x, of the nearer bound where x is outside of -86.98 to 89: x = n log 2 + r, |r| <= log(2) / 2, a polynomial for e^r.
fn bounded_exp(x: f32) -> f32 {
  let at = clamp(x, -86.98, 89.0);
  let n = round(at * 1.44269504);
  let r = fma(n, 2.12194440e-4, fma(n, -0.693359375, at));
  var p = 1.9875691500e-4;
  p = fma(p, r, 1.3981999507e-3);
  p = fma(p, r, 8.3334519073e-3);
  p = fma(p, r, 4.1665795894e-2);
  p = fma(p, r, 1.6666665459e-1);
  p = fma(p, r, 5.0000001201e-1);
  let y = fma(p, r * r, r) + 1.0;
  // 2^(n-1), for 2^128 is none.
  let half = y * bitcast<f32>(u32(i32(n) + 126) << 23u);
  return half + half;
}

fn exp_of(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  return select(bounded_exp(x), 0.0, x < -86.98);
}

/// 1 / (1 + e^-x).
fn sigmoid(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  return 1.0 / (1.0 + bounded_exp(-x));
}

/// An odd polynomial below 0.625, 1 - 2 / (e^2|x| + 1) above.
fn tanh_of(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let a = abs(x);
  let z = x * x;
  if (a < 0.625) {
    var p = -5.70498872745e-3;
    p = fma(p, z, 2.06390887954e-2);
    p = fma(p, z, -5.37397155531e-2);
    p = fma(p, z, 1.33314422036e-1);
    p = fma(p, z, -3.33332819422e-1);
    return fma(p * z, x, x);
  }
  return sign(x) * (1.0 - 2.0 / (bounded_exp(a + a) + 1.0));
}

/// log(1 + e^x), linear above 20.
fn softplus(x: f32) -> f32 {
  if (is_nan(x) || x > 20.0) { return x; }
  return max(x, 0.0) + log1p(exp_of(-abs(x)));
}
