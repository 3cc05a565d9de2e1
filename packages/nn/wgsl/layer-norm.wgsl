// Mean and variance norm over rows of D: y = w (x - mean) r + b with r = 1 / sqrt(variance + eps).
// Uses: units, rows.

struct Args {
  units: u32, rows: u32, D: u32, across: u32, eps: f32, block: u32, columns: u32, width: u32, has_weight: u32, has_bias: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read_write> dy: array<f32>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;
@group(0) @binding(7) var<storage, read_write> sums: array<f32>;

fn weight_of(column: u32) -> f32 {
  if (args.has_weight == 0u) { return 1.0; }
  return weight[column];
}

/// Of a row, of which a lane takes the elements from `own` to `end` in steps of `across`: what is subtracted, first and then, and r.
/// Centred twice: where the mean is many deviations away, its rounding would show in every element.
struct Moments { rough: f32, rest: f32, rstd: f32 }

fn moments(own: u32, end: u32, lane: u32) -> Moments {
  let D = f32(args.D);
  var total = 0.0;
  for (var at = own; at < end; at += args.across) { total += x[at]; }
  let rough = sum_row(lane, args.across, total) / D;
  total = 0.0;
  for (var at = own; at < end; at += args.across) { total += x[at] - rough; }
  let rest = sum_row(lane, args.across, total) / D;
  total = 0.0;
  for (var at = own; at < end; at += args.across) {
    let centred = x[at] - rough - rest;
    total = fma(centred, centred, total);
  }
  return Moments(rough, rest, 1.0 / sqrt(sum_row(lane, args.across, total) / D + args.eps));
}

/// A workgroup has 256 / across rows.
@compute @workgroup_size(256)
fn forward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let row = (256u * unit + lane) / args.across;
  let start = row * args.D;
  let end = select(start, start + args.D, row < args.rows);
  let own = start + (lane & (args.across - 1u));
  let found = moments(own, end, lane);
  for (var at = own; at < end; at += args.across) {
    var v = (x[at] - found.rough - found.rest) * found.rstd * weight_of(at - start);
    if (args.has_bias != 0u) { v += bias[at - start]; }
    y[at] = v;
  }
}

var<workgroup> roughs: array<f32, 64>;
var<workgroup> rests: array<f32, 64>;
var<workgroup> rstds: array<f32, 64>;
var<workgroup> means: array<f32, 64>;
var<workgroup> alongs: array<f32, 64>;

/// With c = x - mean and u = w dy: dx = r (u - mean(u) - c r^2 mean(u c)). A workgroup has `block` rows, at most 64 and no fewer than the
/// 256 / across that it reduces at a time; then `columns` lanes go down each row, and every row of lanes leaves its sums of dy c r and of
/// dy, of which dweight and dbias are the totals, as far as they are wanted: a row of `width`.
@compute @workgroup_size(256)
fn backward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let first = unit * args.block;
  let count = min(args.block, args.rows - first);
  for (var done = 0u; done < args.block; done += 256u / args.across) {
    let place = done + lane / args.across;
    let start = (first + place) * args.D;
    let end = select(start, start + args.D, place < count);
    let own = start + (lane & (args.across - 1u));
    let found = moments(own, end, lane);
    var total = 0.0;
    var products = 0.0;
    for (var at = own; at < end; at += args.across) {
      let u = dy[at] * weight_of(at - start);
      total += u;
      products = fma(u, x[at] - found.rough - found.rest, products);
    }
    let mean = sum_row(lane, args.across, total) / f32(args.D);
    let along = sum_row(lane, args.across, products) / f32(args.D);
    if (own == start) {
      roughs[place] = found.rough;
      rests[place] = found.rest;
      rstds[place] = found.rstd;
      means[place] = mean;
      alongs[place] = along * found.rstd * found.rstd;
    }
  }
  workgroupBarrier();
  let strips = 256u / args.columns;
  let strip = lane / args.columns;
  for (var column = lane & (args.columns - 1u); column < args.D; column += args.columns) {
    let w = weight_of(column);
    var dweight = 0.0;
    var dbias = 0.0;
    for (var place = strip; place < count; place += strips) {
      let at = (first + place) * args.D + column;
      let centred = x[at] - roughs[place] - rests[place];
      let d = dy[at];
      dweight = fma(d, centred * rstds[place], dweight);
      dbias += d;
      dx[at] = rstds[place] * (d * w - means[place] - centred * alongs[place]);
    }
    let to = (unit * strips + strip) * args.width + column;
    if (args.has_weight != 0u) { sums[to] = dweight; }
    if (args.width > args.D * args.has_weight) { sums[to + args.width - args.D] = dbias; }
  }
}
