// silu(gate) up over n elements, 256 of them for each workgroup; without `up`, silu alone.
// Uses: units, silu.

struct Args { units: u32, n: u32, has_up: u32, has_y: u32 }
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> gate: array<f32>;
@group(0) @binding(2) var<storage, read_write> up: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> dgate: array<f32>;
@group(0) @binding(6) var<storage, read_write> dup: array<f32>;

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i >= args.n) { return; }
    var v = silu(gate[i]);
    if (args.has_up != 0u) { v *= up[i]; }
    y[i] = v;
  }
}

/// dgate = dy up silu'(gate), dup = dy silu(gate), and y once more where it is there.
@compute @workgroup_size(64)
fn backward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i >= args.n) { return; }
    let g = gate[i];
    let d = dy[i];
    var u = d;
    if (args.has_up != 0u) {
      let w = up[i];
      let open = silu(g);
      u *= w;
      dup[i] = d * open;
      if (args.has_y != 0u) { y[i] = open * w; }
    }
    dgate[i] = u * silu_slope(g);
  }
}
