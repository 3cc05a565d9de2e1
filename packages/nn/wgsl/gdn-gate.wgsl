// Gates of a gated delta rule over rows of H heads: g = -e^A_log softplus(a + dt_bias) and beta = scale sigmoid(b).
// Uses: units, exp.

struct Args { units: u32, n: u32, rows: u32, H: u32, block: u32, columns: u32, scale: f32 }
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> A_log: array<f32>;
@group(0) @binding(3) var<storage, read_write> dt_bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> b: array<f32>;
@group(0) @binding(5) var<storage, read_write> g: array<f32>;
@group(0) @binding(6) var<storage, read_write> beta: array<f32>;
@group(0) @binding(7) var<storage, read_write> dg: array<f32>;
@group(0) @binding(8) var<storage, read_write> dbeta: array<f32>;
@group(0) @binding(9) var<storage, read_write> da: array<f32>;
@group(0) @binding(10) var<storage, read_write> db: array<f32>;
@group(0) @binding(11) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i >= args.n) { return; }
    let head = i % args.H;
    g[i] = -exp_of(A_log[head]) * softplus(a[i] + dt_bias[head]);
    beta[i] = args.scale * sigmoid(b[i]);
  }
}

/// da = -e^A_log sigmoid(a + dt_bias) dg and db. The sums over rows of da and of dg g are the gradients of dt_bias and A_log: a workgroup has
/// `block` rows; `columns` lanes go down each, and every row of lanes leaves its sums.
@compute @workgroup_size(256)
fn backward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let first = unit * args.block;
  let end = min(args.rows, first + args.block);
  let strips = 256u / args.columns;
  let strip = lane / args.columns;
  for (var head = lane & (args.columns - 1u); head < args.H; head += args.columns) {
    let rate = -exp_of(A_log[head]);
    var dA = 0.0;
    var ddt = 0.0;
    for (var row = first + strip; row < end; row += strips) {
      let at = row * args.H + head;
      let z = a[at] + dt_bias[head];
      let d = rate * dg[at];
      let slope = d * sigmoid(z);
      dA += d * softplus(z);
      ddt += slope;
      da[at] = slope;
      let y = sigmoid(b[at]);
      db[at] = args.scale * dbeta[at] * y * (1.0 - y);
    }
    let to = 2u * (unit * strips + strip) * args.H + head;
    sums[to] = dA;
    sums[to + args.H] = ddt;
  }
}
