// Both ends of a step of Muon over n floats: momentum before its matrix is made orthogonal, and the move after.
// Uses: units, bits.

struct Args {
  units: u32, n: u32, beta: f32, share: f32, nesterov: u32, scale: f32, decay: f32, lr: f32, ratio: f32, has_count: u32, has_factor: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> param: array<f32>;
@group(0) @binding(2) var<storage, read_write> grad: array<f32>;
@group(0) @binding(3) var<storage, read_write> m: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read_write> hyper: array<f32>;
@group(0) @binding(6) var<storage, read_write> count: array<i32>;
@group(0) @binding(7) var<storage, read_write> factor: array<f32>;

/// Of the gradient; where it is no number nothing moves.
fn factor_of() -> f32 {
  if (args.has_factor == 0u) { return 1.0; }
  return factor[0];
}

/// m = beta m + share g with share = 1 - beta; y = m, or with Nesterov beta m + share g once more. Where nothing moves m stays and y is 0.
@compute @workgroup_size(64)
fn momentum(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  let by = factor_of();
  let still = is_nan(by);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i < args.n && still) { y[i] = 0.0; }
    if (i < args.n && !still) {
      let g = args.share * (grad[i] * args.scale * by);
      let mean = args.beta * m[i] + g;
      m[i] = mean;
      if (args.nesterov != 0u) { y[i] = args.beta * mean + g; } else { y[i] = mean; }
    }
  }
}

/// param = (1 - lr decay) param - lr ratio y, with rows of rates as `adamw` has them.
@compute @workgroup_size(64)
fn update(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (is_nan(factor_of())) { return; }
  var row = 0u;
  if (args.has_count != 0u) { row = 3u * (u32(count[0]) & 1u); }
  let own = args.lr * hyper[row];
  let keep = 1.0 - own * args.decay;
  let rate = own * args.ratio;
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i < args.n) { param[i] = param[i] * keep - rate * y[i]; }
  }
}
