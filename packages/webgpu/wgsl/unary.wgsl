// Element-wise functions of one argument, by a number: y = f(x) over n elements, 256 of them for each workgroup.
// Uses: units, bits, bf16, exp, log.

struct Args { units: u32, n: u32, op: u32, scale: f32, shift: f32 }
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> pairs: array<u32>;
@group(0) @binding(4) var<storage, read_write> words: array<u32>;

fn f(x_i: f32) -> f32 {
  switch args.op {
    case 0u: { return -x_i; }
    case 1u: { return exp_of(x_i); }
    case 2u: { return log_of(x_i); }
    case 3u: { return sqrt(x_i); }
    case 4u: { return 1.0 / x_i; }
    case 5u: { return sigmoid(x_i); }
    case 6u: { return tanh_of(x_i); }
    case 7u: { return larger(x_i, 0.0); }
    case 8u: { return select(0.0, 1.0, x_i > 0.0); }
    case 9u: { return softplus(x_i); }
    default: { return fma(x_i, args.scale, args.shift); }
  }
}

@compute @workgroup_size(64)
fn map(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i < args.n) { y[i] = f(x[i]); }
  }
}

/// words = the numbers whose bf16 are stored in pairs, bit for bit.
@compute @workgroup_size(64)
fn widen(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i < args.n) { words[i] = half_of(pairs[i >> 1u], i); }
  }
}
