// The distribution function of the standard normal and its density, over n floats.
// Uses: units, exp, bits.

struct Args { units: u32, n: u32 }
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

/// From here on the result is 0 or 1 and the density 0; infinities end here.
const FAR = 20.0;

/// e^(-a^2 / 2) for a in [0,FAR]. The square of the first 12 bits h of a is exact, however large, and is left to exp; of what
/// remains, r = (h^2 - a^2) / 2 in [-0.09,0] wherever the result is not 0, a polynomial is enough.
fn bell(a: f32) -> f32 {
  let h = bitcast<f32>(bitcast<u32>(a) & 0xfffff000u);
  let r = -0.5 * (a - h) * (a + h);
  var p = fma(4.1666668e-2, r, 1.6666667e-1);
  p = fma(p, r, 0.5);
  p = fma(p, r, 1.0);
  let e = exp_of(-0.5 * (h * h));
  return fma(p * r, e, e);
}

/// The definition's series for P in erfc(z) = t e^(P(t) - z^2), t = 1 / (1 + z/2), by the same recurrence; u = 2 t - 1.
fn series(u: f32) -> f32 {
  let twice = u + u;
  var c = -8.523809591492654e-8;
  var d = fma(twice, c, 1.5626441722066142e-8);
  c = fma(twice, d, 1.3036558355805232e-6) - c;
  d = fma(twice, c, -1.6242900046470256e-6) - d;
  c = fma(twice, d, -2.0278578112534242e-5) - c;
  d = fma(twice, c, 4.252332480690777e-5) - d;
  c = fma(twice, d, 3.6683949785276145e-4) - c;
  d = fma(twice, c, -9.465953444820369e-4) - d;
  c = fma(twice, d, -9.561514786808632e-3) - c;
  d = fma(twice, c, 1.9476473204185836e-2) - d;
  c = fma(twice, d, 0.6419697923564902) - c;
  return fma(u, c, -0.6513268598908547) - d;
}

/// erfc(|x| / sqrt 2) / 2, or what it leaves of 1: small results keep all their digits.
fn cdf(x_i: f32) -> f32 {
  if (is_nan(x_i)) { return x_i; }
  let a = min(abs(x_i), FAR);
  let t = 1.0 / fma(0.35355338, a, 1.0);
  let outside = 0.5 * t * (bell(a) * exp_of(series(t + t - 1.0)));
  return select(1.0 - outside, outside, x_i < 0.0);
}

fn density(x_i: f32) -> f32 {
  if (is_nan(x_i)) { return x_i; }
  return 0.3989422804014327 * bell(min(abs(x_i), FAR));
}

@compute @workgroup_size(64)
fn normalCdf(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i < args.n) { y[i] = cdf(x[i]); }
  }
}

/// dx = dy e^(-x^2 / 2) / sqrt(2 pi).
@compute @workgroup_size(64)
fn normalCdfGrad(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i < args.n) { dx[i] = dy[i] * density(x[i]); }
  }
}
