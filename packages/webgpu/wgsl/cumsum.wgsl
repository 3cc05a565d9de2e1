// Inclusive cumulative sums along the middle axis of [outer, n, inner], from either end: y_i = x_i + y_(i-1).
// Uses: units, panels.

struct Args {
  units: u32, outer: u32, n: u32, inner: u32, reverse: u32, length: u32, blocks: u32, parts: u32, rows: u32, width: u32, has_sums: u32
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>; // [outer, blocks, inner]: those of the whole blocks, cumulative
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

var<workgroup> near: array<f32, 64>;

@compute @workgroup_size(64)
fn cumsum(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let at = panel_of(unit, lane);
  let block = unit / ((args.inner + args.width - 1u) / args.width) % args.blocks; // at.block, which is not known to be the same for all
  let first = block * args.length;
  let end = min(args.n, first + args.length);
  // What is summed before this block.
  var carry = 0.0;
  if (args.has_sums != 0u && at.own) {
    let sums_at = (at.o * args.blocks + block) * args.inner + at.column;
    if (args.reverse == 0u && block > 0u) { carry = sums[sums_at - args.inner]; }
    if (args.reverse != 0u && block + 1u < args.blocks) { carry = sums[sums_at + args.inner]; }
  }
  for (var start = first; start < end; start += args.rows) {
    let i = select(start + at.row, first + end - 1u - start - at.row, args.reverse != 0u);
    let there = at.own && start + at.row < end;
    let place = (at.o * args.n + i) * args.inner + at.column;
    var total = 0.0;
    if (there) { total = x[place]; }
    var all = total;
    if (args.rows > 1u) {
      // Each row takes what is 1, 2, 4 .. rows before it.
      near[lane] = total;
      workgroupBarrier();
      for (var step = 1u; step < args.rows; step <<= 1u) {
        if (at.own && at.row >= step) { total += near[lane - step * args.width]; }
        workgroupBarrier();
        near[lane] = total;
        workgroupBarrier();
      }
      if (at.own) { all = near[lane + (args.rows - 1u - at.row) * args.width]; }
      workgroupBarrier();
    }
    if (there) { y[place] = carry + total; }
    carry += all;
  }
}
