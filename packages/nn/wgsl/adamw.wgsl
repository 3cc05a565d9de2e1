// One step of AdamW over n floats, in place, and the counter of such steps.
// Uses: units, bits.

struct Args {
  units: u32, n: u32, beta1: f32, share1: f32, beta2: f32, share2: f32, eps: f32, decay: f32, lr: f32, scale: f32,
  has_count: u32, has_factor: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> param: array<f32>;
@group(0) @binding(2) var<storage, read_write> grad: array<f32>;
@group(0) @binding(3) var<storage, read_write> m: array<f32>;
@group(0) @binding(4) var<storage, read_write> v: array<f32>;
@group(0) @binding(5) var<storage, read_write> hyper: array<f32>;
@group(0) @binding(6) var<storage, read_write> count: array<i32>;
@group(0) @binding(7) var<storage, read_write> factor: array<f32>;

/// Of the gradient; where it is no number nothing moves.
fn factor_of() -> f32 {
  if (args.has_factor == 0u) { return 1.0; }
  return factor[0];
}

/// hyper: rows of lr, 1 - beta1^t, 1 - beta2^t, of which a count chooses; share = 1 - beta.
@compute @workgroup_size(64)
fn adamw(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  let by = factor_of();
  if (is_nan(by)) { return; }
  var row = 0u;
  if (args.has_count != 0u) { row = 3u * (u32(count[0]) & 1u); }
  let own = args.lr * hyper[row];
  let rate = own / hyper[row + 1u];
  let keep = 1.0 - own * args.decay;
  let root = 1.0 / sqrt(hyper[row + 2u]);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i < args.n) {
      let g = grad[i] * args.scale * by;
      let mean = args.beta1 * m[i] + args.share1 * g;
      let square = args.beta2 * v[i] + args.share2 * (g * g);
      m[i] = mean;
      v[i] = square;
      param[i] = param[i] * keep - rate * (mean / (sqrt(square) * root + args.eps));
    }
  }
}

/// count += 1, unless there is a factor that is no number.
@compute @workgroup_size(1)
fn advance() {
  if (!is_nan(factor_of())) { count[0] += 1; }
}
