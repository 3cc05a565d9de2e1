// Pairs (x_i, x_(i+D/2)) of P positions [H,D] turned by the angles of tables, `turns` rows [D/2] for as many positions: 256 pairs for each
// workgroup. Of the positions only those in `ranges`, if it is given, hold a token; y is 0 elsewhere. Pairs from `first` on are of a second tensor, of H1 heads, which lies
// so many words further.
// Uses: units, positions.

struct Args {
  units: u32, size: u32, first: u32, H1: u32, x1: u32, y1: u32, n: u32, T: u32, P: u32, H: u32, half: u32, turns: u32, inverse: u32, has_ranges: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> cos: array<f32>;
@group(0) @binding(3) var<storage, read_write> sin: array<f32>;
@group(0) @binding(4) var<storage, read_write> ranges: array<i32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn rotary(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    var pair = 256u * unit + 64u * part + lane;
    if (pair >= args.size) { return; }
    let is_second = pair >= args.first;
    pair -= select(0u, args.first, is_second);
    let heads = select(args.H, args.H1, is_second);
    let head = pair / args.half;
    let i = pair % args.half;
    let p = head / heads;
    let at = 2u * args.half * head + i;
    let source = at + select(0u, args.x1, is_second);
    let drain = at + select(0u, args.y1, is_second);
    if (args.has_ranges != 0u && !has(span_at(p), p)) {
      y[drain] = 0.0;
      y[drain + args.half] = 0.0;
      continue;
    }
    let turn = (p % args.turns) * args.half + i;
    let c = cos[turn];
    let s = select(sin[turn], -sin[turn], args.inverse != 0u);
    let a = x[source];
    let b = x[source + args.half];
    y[drain] = fma(-b, s, a * c);
    y[drain + args.half] = fma(a, s, b * c);
  }
}
