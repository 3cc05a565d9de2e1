// Forget gates as logarithms, and what they leave to the input: log = log(gamma + (1 - gamma) sigmoid(f)) and complement =
// (1 - gamma) sigmoid(-f), with odds = log((1 - gamma) / gamma) for each of D channels; without odds gamma is 0. Without a complement the
// logarithm alone, which is logSigmoid.
// Uses: units, exp.

struct Args {
  units: u32, n: u32, rows: u32, D: u32, block: u32, columns: u32, has_odds: u32, has_complement: u32, has_dcomplement: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> f: array<f32>;
@group(0) @binding(2) var<storage, read_write> odds: array<f32>;
@group(0) @binding(3) var<storage, read_write> log: array<f32>;
@group(0) @binding(4) var<storage, read_write> complement: array<f32>;
@group(0) @binding(5) var<storage, read_write> dlog: array<f32>;
@group(0) @binding(6) var<storage, read_write> dcomplement: array<f32>;
@group(0) @binding(7) var<storage, read_write> df: array<f32>;
@group(0) @binding(8) var<storage, read_write> sums: array<f32>;

/// Both sides of a sigmoid without loss, made of e^-|x|: sigmoid(x) and sigmoid(-x).
struct Sides { above: f32, below: f32, fall: f32, near: f32 }

fn sides_of(v: f32) -> Sides {
  let fall = exp_of(-abs(v));
  let near = 1.0 / (1.0 + fall);
  if (v < 0.0) { return Sides(fall * near, near, fall, near); }
  return Sides(near, fall * near, fall, near);
}

/// Of a channel: share = 1 - gamma, depth = -log gamma, and gamma.
struct Channel { share: f32, depth: f32, gamma: f32 }

fn channel_of(column: u32) -> Channel {
  let v = odds[column];
  let sides = sides_of(v);
  return Channel(sides.above, softplus(v), sides.below);
}

/// Up to 1/2, what is left says all; beyond it, where f is negative, the gate is the larger of e^f and gamma times
/// (1 + e^-|f + depth|) / (1 + e^f), which is between 1/2 and 2.
fn log_above(v: f32, depth: f32, left: f32, sides: Sides) -> f32 {
  if (left <= 0.5) { return log1p(-left); }
  let more = (exp_of(-abs(v + depth)) - sides.fall) * sides.near;
  return max(v, -depth) + log1p(more);
}

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i >= args.n) { return; }
    let v = f[i];
    let sides = sides_of(v);
    var left = sides.below;
    if (args.has_odds != 0u) {
      let channel = channel_of(i % args.D);
      left *= channel.share;
      log[i] = log_above(v, channel.depth, left, sides);
    } else {
      log[i] = min(v, 0.0) - log1p(sides.fall);
    }
    if (args.has_complement != 0u) { complement[i] = left; }
  }
}

/// df = sigmoid(-f) (dlog - dcomplement sigmoid(f)), without odds.
@compute @workgroup_size(64)
fn backward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i >= args.n) { return; }
    let sides = sides_of(f[i]);
    var d = dlog[i];
    if (args.has_dcomplement != 0u) { d = fma(-dcomplement[i], sides.above, d); }
    df[i] = sides.below * d;
  }
}

/// df and, as sums over rows, dodds: differences of cotangents, never of two sigmoids that are near each other. A workgroup has `block` rows;
/// `columns` lanes go down each, and every row of lanes leaves its sums.
@compute @workgroup_size(256)
fn boundedBackward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let first = unit * args.block;
  let end = min(args.rows, first + args.block);
  let strips = 256u / args.columns;
  let strip = lane / args.columns;
  for (var column = lane & (args.columns - 1u); column < args.D; column += args.columns) {
    let channel = channel_of(column);
    var dodds = 0.0;
    for (var row = first + strip; row < end; row += strips) {
      let at = row * args.D + column;
      let v = f[at];
      let gate = sides_of(v);
      let bounded = sides_of(v + channel.depth);
      let l = dlog[at];
      let c = dcomplement[at];
      df[at] = gate.below * channel.share * fma(-c, gate.above, l * bounded.above);
      dodds += channel.share * fma(-l, bounded.below, c * gate.below * channel.gamma);
    }
    sums[(unit * strips + strip) * args.D + column] = dodds;
  }
}
