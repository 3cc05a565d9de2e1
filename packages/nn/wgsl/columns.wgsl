// Totals of columns, of which workgroups have left partial sums in rows: `sums` [blocks,n]. The first columns go to y, those from `first`
// on to rest, those from `second` on to last. A workgroup has 8 columns and 32 parts of the rows, in a fixed order.
// Uses: units.

struct Args { units: u32, blocks: u32, n: u32, first: u32, second: u32 }
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> rest: array<f32>;
@group(0) @binding(4) var<storage, read_write> last: array<f32>;

var<workgroup> parts: array<f32, 256>;

@compute @workgroup_size(256)
fn total(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let column = 8u * unit + (lane & 7u);
  var part = 0.0;
  if (column < args.n) {
    for (var block = lane >> 3u; block < args.blocks; block += 32u) { part += sums[block * args.n + column]; }
  }
  parts[lane] = part;
  workgroupBarrier();
  for (var half = 128u; half >= 8u; half >>= 1u) {
    if (lane < half) { parts[lane] += parts[lane + half]; }
    workgroupBarrier();
  }
  if (lane >= 8u || column >= args.n) { return; }
  if (column < args.first) {
    y[column] = parts[lane];
  } else if (column < args.second) {
    rest[column - args.first] = parts[lane];
  } else {
    last[column - args.second] = parts[lane];
  }
}
