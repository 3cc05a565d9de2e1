// Outer products summed under one decay per head, chunkwise: S <- e^g S + k v';  y = scale S' q.
// Letters are those of src/scalar-decay/README.md; HV = H.
// Uses: units, lanes, scalar-gates, sum, recurrence.

struct Args {
  units: u32, n: u32, P: u32, H: u32, HV: u32, K: u32, V: u32, scale: f32, constant: u32, first: u32, last: u32, chunks: u32,
  has_h0: u32, has_ranges: u32, has_y: u32, has_states: u32, has_marks: u32, has_dg: u32, has_dh0: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> q: array<f32>; // [P,H,K]
@group(0) @binding(2) var<storage, read_write> k: array<f32>; // [P,H,K]
@group(0) @binding(3) var<storage, read_write> v: array<f32>; // [P,HV,V]
@group(0) @binding(4) var<storage, read_write> g: array<f32>; // [P,HV]
@group(0) @binding(5) var<storage, read_write> h0: array<f32>; // [n,HV,K,V]
@group(0) @binding(6) var<storage, read_write> ranges: array<i32>; // [n,2]
@group(0) @binding(7) var<storage, read_write> y: array<f32>; // [P,HV,V]
@group(0) @binding(8) var<storage, read_write> state: array<f32>; // [n,HV,K,V]
@group(0) @binding(9) var<storage, read_write> dy: array<f32>;
@group(0) @binding(10) var<storage, read_write> dstate: array<f32>;
@group(0) @binding(11) var<storage, read_write> dq: array<f32>;
@group(0) @binding(12) var<storage, read_write> dk: array<f32>;
@group(0) @binding(13) var<storage, read_write> dv: array<f32>;
@group(0) @binding(14) var<storage, read_write> dg: array<f32>;
@group(0) @binding(15) var<storage, read_write> dh0: array<f32>;
// Kept of each chunk.
@group(0) @binding(16) var<storage, read_write> reads: array<f32>; // P [slots,HV,C,C]
@group(0) @binding(17) var<storage, read_write> states: array<f32>; // S [slots,HV,V,K]
@group(0) @binding(18) var<storage, read_write> dstates: array<f32>; // dS [slots,HV,V,K]
@group(0) @binding(20) var<storage, read_write> marks: array<f32>; // S before each segment [segments,n,HV,V,K]
@group(0) @binding(21) var<storage, read_write> dmarks: array<f32>; // dS after a segment [n,HV,V,K]
@group(0) @binding(19) var<storage, read_write> total: array<f32>; // dg [HV] where g is constant

/// A constant decay [H] is that of every token of a sequence.
fn gate_at(chunk: Chunk, head: u32, i: u32) -> f32 {
  if (i >= chunk.length) { return 0.0; }
  if (args.constant != 0u) { return g[head]; }
  return g[(chunk.begin + i) * args.HV + head];
}

/// The gradient of a constant decay: a head's sum over all positions.
@compute @workgroup_size(64)
fn sumGates(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let head = unit_of(group, groups);
  if (head >= args.units) { return; }
  var sum = 0.0;
  for (var at = lane; at < args.P; at += 64u) { sum += dg[at * args.HV + head]; }
  sum = sum_lanes(lane, sum);
  if (lane == 0u) { total[head] = sum; }
}
