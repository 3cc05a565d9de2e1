// Rows of D divided by their length: y = w x r with r = 1 / sqrt(sum(x^2) / over + eps), of rmsNorm (over D) and l2Norm (over 1); of a sum
// of two rows (addRmsNorm); times act(gate) with silu or sigmoid (gatedRmsNorm). What is not there counts as 1, or as 0 where it is added.
// Of two tensors of rows, such as queries and keys, in one launch: those from row `first` on are of the second.
// Uses: units, rows, silu.

struct Args {
  units: u32, rows: u32, D: u32, first: u32, x_gap: u32, y_gap: u32, dy_gap: u32, dx_gap: u32, across: u32, over: f32, eps: f32, silu: u32, block: u32, columns: u32,
  has_branch: u32, has_gate: u32, has_weight: u32, has_dsum: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> branch: array<f32>;
@group(0) @binding(3) var<storage, read_write> gate: array<f32>;
@group(0) @binding(4) var<storage, read_write> weight: array<f32>;
@group(0) @binding(5) var<storage, read_write> sum: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;
@group(0) @binding(7) var<storage, read_write> dy: array<f32>;
@group(0) @binding(8) var<storage, read_write> dsum: array<f32>;
@group(0) @binding(9) var<storage, read_write> dx: array<f32>;
@group(0) @binding(10) var<storage, read_write> dgate: array<f32>;
@group(0) @binding(11) var<storage, read_write> sums: array<f32>;

/// How much further the rows of the second tensor lie than if they stood behind those of the first.
fn gap_of(row: u32, gap: u32) -> u32 {
  return select(0u, gap, row >= args.first);
}

fn rstd_of(squares: f32) -> f32 {
  return 1.0 / sqrt(squares / args.over + args.eps);
}

fn weight_of(column: u32) -> f32 {
  if (args.has_weight == 0u) { return 1.0; }
  return weight[column];
}

/// act(gate).
fn open_of(at: u32) -> f32 {
  if (args.has_gate == 0u) { return 1.0; }
  let g = gate[at];
  if (args.silu == 0u) { return sigmoid(g); }
  return silu(g);
}

/// Its slope.
fn slope_of(at: u32) -> f32 {
  let g = gate[at];
  if (args.silu != 0u) { return silu_slope(g); }
  let s = sigmoid(g);
  return s * (1.0 - s);
}

/// A workgroup has 256 / across rows. sum = x + branch.
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
  let x_gap = gap_of(row, args.x_gap);
  let y_gap = gap_of(row, args.y_gap);
  var squares = 0.0;
  for (var at = own; at < end; at += args.across) {
    var v = x[at + x_gap];
    if (args.has_branch != 0u) {
      v += branch[at];
      sum[at] = v;
    }
    squares = fma(v, v, squares);
  }
  let rstd = rstd_of(sum_row(lane, args.across, squares));
  for (var at = own; at < end; at += args.across) {
    var v = 0.0;
    if (args.has_branch != 0u) { v = sum[at]; } else { v = x[at + x_gap]; }
    y[at + y_gap] = v * rstd * weight_of(at - start) * open_of(at);
  }
}

var<workgroup> rstds: array<f32, 256>;
var<workgroup> alongs: array<f32, 256>;

/// With h = x r and u = dy act(gate): dx = r (w u - h sum(w u h) / over) + dsum, dgate = dy act'(gate) w h. A workgroup has `block` rows, at
/// most 256 and no fewer than the 256 / across that it reduces at a time; then `columns` lanes go down each row, and every row of lanes
/// leaves its sums of u h, of which dweight is the total.
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
    let x_gap = gap_of(first + place, args.x_gap);
    let dy_gap = gap_of(first + place, args.dy_gap);
    let end = select(start, start + args.D, place < count);
    let own = lane & (args.across - 1u);
    var squares = 0.0;
    var products = 0.0;
    for (var at = start + own; at < end; at += args.across) {
      let v = x[at + x_gap];
      squares = fma(v, v, squares);
      products = fma(dy[at + dy_gap] * open_of(at) * weight_of(at - start), v, products);
    }
    let rstd = rstd_of(sum_row(lane, args.across, squares));
    let along = rstd * sum_row(lane, args.across, products) / args.over;
    if (own == 0u) {
      rstds[place] = rstd;
      alongs[place] = along;
    }
  }
  workgroupBarrier();
  let strips = 256u / args.columns;
  let strip = lane / args.columns;
  for (var column = lane & (args.columns - 1u); column < args.D; column += args.columns) {
    let w = weight_of(column);
    var dweight = 0.0;
    for (var place = strip; place < count; place += strips) {
      let at = (first + place) * args.D + column;
      let h = x[at + gap_of(first + place, args.x_gap)] * rstds[place];
      let d = dy[at + gap_of(first + place, args.dy_gap)];
      let u = d * open_of(at);
      dweight = fma(u, h, dweight);
      if (args.has_gate != 0u) { dgate[at] = d * slope_of(at) * w * h; }
      var e = rstds[place] * (u * w - h * alongs[place]);
      if (args.has_dsum != 0u) { e += dsum[at]; }
      dx[at + gap_of(first + place, args.dx_gap)] = e;
    }
    if (args.has_weight != 0u) { sums[(unit * strips + strip) * args.D + column] = dweight; }
  }
}
