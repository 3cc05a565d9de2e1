// x sigmoid(x).
// Uses: exp.

fn silu(x: f32) -> f32 {
  return x * sigmoid(x);
}

/// Its slope: s (1 + x (1 - s)) with s = sigmoid(x).
fn silu_slope(x: f32) -> f32 {
  let s = sigmoid(x);
  return s * fma(x, 1.0 - s, 1.0);
}
