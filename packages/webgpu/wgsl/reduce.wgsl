// Sums and maxima over the middle axis of [outer, n, inner], in blocks of `length`: y is [outer, blocks, inner].
// A unit is `parts` outer indices, or one and a part of `width` of its columns, of one block. Its lanes are `parts` times `rows` rows
// of `width` columns: neighbours read neighbours. Rows are joined in each lane first, then among lanes, halves with halves.
// Uses: units, bits.

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
  let across = (args.inner + args.width - 1u) / args.width;
  let block = unit / across % args.blocks;
  let o = unit / across / args.blocks * args.parts + lane / args.width / args.rows;
  let row = lane / args.width % args.rows;
  let column = unit % across * args.width + lane % args.width;
  let own = lane < args.parts * args.rows * args.width && o < args.outer && column < args.inner;

  var total = 0.0;
  if (args.op == 1u) { total = -infinity(); }
  if (own) {
    let end = min(args.n, (block + 1u) * args.length);
    for (var i = block * args.length + row; i < end; i += args.rows) {
      total = join(total, x[(o * args.n + i) * args.inner + column]);
    }
  }
  joined[lane] = total;
  workgroupBarrier();
  for (var half = args.rows >> 1u; half > 0u; half >>= 1u) {
    if (own && row < half) { joined[lane] = join(joined[lane], joined[lane + half * args.width]); }
    workgroupBarrier();
  }
  if (own && row == 0u) { y[(o * args.blocks + block) * args.inner + column] = joined[lane]; }
}
