// Softmax, log-sum-exp, mean cross-entropy and log-probabilities of labels over rows of N. A workgroup has 256 / across rows, `across` lanes for each.
// Uses: units, rows, exp, log, bits.

struct Args { units: u32, rows: u32, N: u32, across: u32, K: u32 }
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<storage, read_write> labels: array<i32>;
@group(0) @binding(6) var<storage, read_write> losses: array<f32>;
@group(0) @binding(7) var<storage, read_write> loss: array<f32>;
@group(0) @binding(8) var<storage, read_write> dloss: array<f32>;
@group(0) @binding(9) var<storage, read_write> each: array<f32>;
@group(0) @binding(10) var<storage, read_write> best: array<i32>;

const HIGHEST = 3.4028234663852886e38;

/// The row of a lane: its elements from `own` in steps of `across` to `end`; none outside of the rows.
struct Row { at: u32, start: u32, own: u32, end: u32 }

fn row_of(unit: u32, lane: u32) -> Row {
  let row = (256u * unit + lane) / args.across;
  let start = row * args.N;
  return Row(row, start, start + (lane & (args.across - 1u)), select(start, start + args.N, row < args.rows));
}

/// The largest entry of a row, a finite number, and the sum of e^(x - most): infinite or no number where an entry is, 0 where all are
/// -Infinity.
struct Exponentials { most: f32, sum: f32 }

fn exponentials(row: Row, lane: u32) -> Exponentials {
  // In one pass: what was summed before a larger entry came shrinks.
  var most = -HIGHEST;
  var sum = 0.0;
  for (var i = row.own; i < row.end; i += args.across) {
    let x_i = x[i];
    if (x_i > most) {
      let top = min(x_i, HIGHEST);
      sum *= exp_of(most - top);
      most = top;
    }
    sum += exp_of(x_i - most);
  }
  let top = max_row(lane, args.across, most);
  return Exponentials(top, sum_row(lane, args.across, sum * exp_of(most - top)));
}

/// y = e^(x - most) / sum: zeros in a row of -Infinity, no numbers in one that has such or Infinity.
@compute @workgroup_size(256)
fn softmax(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let row = row_of(unit, lane);
  let e = exponentials(row, lane);
  var scale = 1.0 / max(e.sum, 1.0); // the largest entry alone adds 1
  if (!is_finite(e.sum)) { scale = not_a_number(); }
  for (var i = row.own; i < row.end; i += args.across) { y[i] = exp_of(x[i] - e.most) * scale; }
}

/// dx = y (dy - sum(dy y)).
@compute @workgroup_size(256)
fn softmaxGrad(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let row = row_of(unit, lane);
  var along = 0.0;
  for (var i = row.own; i < row.end; i += args.across) { along = fma(dy[i], y[i], along); }
  let all = sum_row(lane, args.across, along);
  for (var i = row.own; i < row.end; i += args.across) { dx[i] = y[i] * (dy[i] - all); }
}

/// y = log(sum(e^x)) of each row.
@compute @workgroup_size(256)
fn logSumExp(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let row = row_of(unit, lane);
  let e = exponentials(row, lane);
  if (row.own == row.start && row.at < args.rows) { y[row.at] = log_of(e.sum) + e.most; }
}

/// losses = log(sum(e^x)) - x[label] of each row; 0 where the label is negative, no number where it is no class.
@compute @workgroup_size(256)
fn lossOfRows(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let row = row_of(unit, lane);
  let e = exponentials(row, lane);
  if (row.own != row.start || row.at >= args.rows) { return; }
  let label = labels[row.at];
  if (label < 0) {
    losses[row.at] = 0.0;
  } else if (label >= i32(args.N) || !is_finite(e.sum)) {
    losses[row.at] = not_a_number();
  } else {
    // The difference first: both are large where the logits are, and their loss is not.
    losses[row.at] = log_of(e.sum) + (e.most - x[row.start + u32(label)]);
  }
}

/// y [rows,K] = x[label] - log(sum(e^x)), 0 where a label is negative, no number where it is no class; best = the first place of the largest
/// entry. No number and -1 in a row that has no distribution.
@compute @workgroup_size(256)
fn logProbs(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let row = row_of(unit, lane);
  let e = exponentials(row, lane);
  // Backwards as a float, which holds every place of a row that fits into memory: below 2^24 by far.
  var own = -HIGHEST;
  for (var i = row.own; i < row.end; i += args.across) {
    if (x[i] == e.most) {
      own = -f32(i - row.start);
      break;
    }
  }
  let first = -max_row(lane, args.across, own);
  if (row.at >= args.rows) { return; }
  let sound = is_finite(e.sum) && e.sum > 0.0;
  if (row.own == row.start) { best[row.at] = select(-1, i32(first), sound); }
  let total = log_of(e.sum);
  for (var k = row.own - row.start; k < args.K; k += args.across) {
    let label = labels[row.at * args.K + k];
    var value = not_a_number();
    if (label < 0) {
      value = 0.0;
    } else if (label < i32(args.N) && sound) {
      // The difference first: both are large where the logits are.
      value = (x[row.start + u32(label)] - e.most) - total;
    }
    y[row.at * args.K + k] = value;
  }
}

/// Rows that count, at least 1, of all lanes of a workgroup of 256.
fn counted(lane: u32) -> f32 {
  var count = 0.0;
  for (var i = lane; i < args.rows; i += 256u) { count += select(0.0, 1.0, labels[i] >= 0); }
  return max(sum_row(lane, 256u, count), 1.0);
}

/// loss = the sum of the losses / count. One unit.
@compute @workgroup_size(256)
fn mean(@builtin(local_invocation_index) lane: u32) {
  var total = 0.0;
  for (var i = lane; i < args.rows; i += 256u) { total += losses[i]; }
  let all = sum_row(lane, 256u, total);
  let count = counted(lane);
  if (lane == 0u) { loss[0] = all / count; }
}

/// each = dloss / count. One unit.
@compute @workgroup_size(256)
fn share(@builtin(local_invocation_index) lane: u32) {
  let count = counted(lane);
  if (lane == 0u) { each[0] = dloss[0] / count; }
}

/// dx = (softmax(x) - [label]) each; 0 where the label is negative, no number where it is no class.
@compute @workgroup_size(256)
fn lossGrad(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let row = row_of(unit, lane);
  let e = exponentials(row, lane);
  if (row.at >= args.rows) { return; }
  let label = labels[row.at];
  let by = each[0];
  var scale = by / e.sum;
  if (!is_finite(e.sum) || e.sum == 0.0 || label >= i32(args.N)) { scale = not_a_number(); }
  for (var i = row.own; i < row.end; i += args.across) {
    if (label < 0) {
      dx[i] = 0.0;
    } else {
      dx[i] = exp_of(x[i] - e.most) * scale - select(0.0, by, i == row.start + u32(label));
    }
  }
}
