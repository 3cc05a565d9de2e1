// Sums and maxima over the middle axis of [outer, n, inner]; y is [outer, blocks, inner]. Rows are joined in each lane first, then
// among lanes, halves with halves.
// Uses: units, bits, panels.

struct Args {
  units: u32, outer: u32, n: u32, inner: u32, op: u32, length: u32, blocks: u32, parts: u32, rows: u32, width: u32
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

var<workgroup> joined: array<f32, 64>;

fn join(p: f32, q: f32) -> f32 {
  if (args.op == 0u) { return p + q; }
  return larger(p, q);
}

@compute @workgroup_size(64)
fn reduce(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let at = panel_of(unit, lane);
  var total = 0.0;
  if (args.op == 1u) { total = -infinity(); }
  if (at.own) {
    let end = min(args.n, (at.block + 1u) * args.length);
    for (var i = at.block * args.length + at.row; i < end; i += args.rows) {
      total = join(total, x[(at.o * args.n + i) * args.inner + at.column]);
    }
  }
  joined[lane] = total;
  workgroupBarrier();
  for (var half = args.rows >> 1u; half > 0u; half >>= 1u) {
    if (at.own && at.row < half) { joined[lane] = join(joined[lane], joined[lane + half * args.width]); }
    workgroupBarrier();
  }
  if (at.own && at.row == 0u) { y[(at.o * args.blocks + at.block) * args.inner + at.column] = joined[lane]; }
}
