// Elements copied from place to place, whatever they are. Loops over n elements of y advance by steps of their own in x and in y.
// Uses: units, turns.

struct Args {
  units: u32, n: u32, loops: u32, d1: u32, d2: u32, d3: u32,
  x0: u32, x1: u32, x2: u32, x3: u32, y0: u32, y1: u32, y2: u32, y3: u32,
  R: u32, C: u32, low: i32, high: i32, value: f32
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

fn at_x(at: vec4u) -> u32 {
  return dot(at, vec4u(args.x0, args.x1, args.x2, args.x3));
}

fn at_y(at: vec4u) -> u32 {
  return dot(at, vec4u(args.y0, args.y1, args.y2, args.y3));
}

@compute @workgroup_size(64)
fn copy(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i < args.n) {
      let at = turns_of(i);
      y[at_y(at)] = x[at_x(at)];
    }
  }
}

/// Planes of R x C: kept where low <= column - row <= high, `value` elsewhere.
@compute @workgroup_size(64)
fn band(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i < args.n) {
      let off = i32(i % args.C) - i32(i / args.C % args.R);
      if (off >= args.low && off <= args.high) {
        y[i] = x[i];
      } else {
        y[i] = bitcast<u32>(args.value);
      }
    }
  }
}

var<workgroup> tile: array<u32, 1056>; // 32 rows of 33, so that neither way of walking it meets itself

/// [d0,d1,d2] planes of R rows (x3 apart) of C elements, each written as C rows (y3 apart) of R. A unit is a tile of 32 x 32.
@compute @workgroup_size(64)
fn transpose(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let across = (args.C + 31u) / 32u;
  let down = (args.R + 31u) / 32u;
  let plane = unit / (across * down);
  let row = 32u * (unit / across % down);
  let column = 32u * (unit % across);
  let planes = vec4u(plane / (args.d1 * args.d2), plane / args.d2 % args.d1, plane % args.d2, 0u);
  let source = at_x(planes);
  let goal = at_y(planes);
  let i = lane / 32u;
  let j = lane % 32u;
  for (var part = 0u; part < 32u; part += 2u) {
    let r = row + part + i;
    let c = column + j;
    if (r < args.R && c < args.C) { tile[33u * (part + i) + j] = x[source + r * args.x3 + c]; }
  }
  workgroupBarrier();
  for (var part = 0u; part < 32u; part += 2u) {
    let r = row + j;
    let c = column + part + i;
    if (r < args.R && c < args.C) { y[goal + c * args.y3 + r] = tile[33u * j + part + i]; }
  }
}
