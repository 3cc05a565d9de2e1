// Tests that look at the bits: a compiler of WGSL may take it that there is no NaN and no infinity.

fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

/// Not known when the shader is compiled, where such numbers are an error.
var<private> infinity_bits: u32 = 0x7f800000u;

fn infinity() -> f32 {
  return bitcast<f32>(infinity_bits);
}

fn not_a_number() -> f32 {
  return bitcast<f32>(infinity_bits | 0x400000u);
}

/// The larger of two numbers; NaN where one of them is.
fn larger(x: f32, y: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (is_nan(y)) { return y; }
  return max(x, y);
}
