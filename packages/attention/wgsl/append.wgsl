// Rows of new tokens into rings of C rows, and back. Position p of a sequence is in row p % C; of more than C tokens the last C are there.
// buffer, y, dy and dbuffer [n,C,row], x and dx [T,row] with ranges, else [n,T,row]; 256 elements for each workgroup.
// Uses: sequence, units.

struct Args { units: u32, n: i32, T: i32, C: i32, row: i32, count: i32, has_ranges: u32 }
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> buffer: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<u32>;
@group(0) @binding(3) var<storage, read_write> position: array<i32>;
@group(0) @binding(4) var<storage, read_write> ranges: array<i32>;
@group(0) @binding(5) var<storage, read_write> y: array<u32>;
@group(0) @binding(6) var<storage, read_write> dy: array<u32>;
@group(0) @binding(7) var<storage, read_write> dbuffer: array<u32>;
@group(0) @binding(8) var<storage, read_write> dx: array<u32>;

/// The row of all rings that token t of sequence i goes to.
fn row_of_token(i: i32, t: i32) -> i32 {
  return i * args.C + (max(position[u32(i)], 0) % args.C + t % args.C) % args.C;
}

/// The position whose token is the last to go to a row of all rings, below 0 where none does.
fn token_of_row(row: i32) -> i32 {
  let i = row / args.C;
  let begin = begin_of(i);
  let length = end_of(i) - begin;
  let first = (row % args.C - max(position[u32(i)], 0) % args.C + args.C) % args.C;
  return select(begin + first + (length - 1 - first) / args.C * args.C, -1, first >= length);
}

/// All rows of y.
@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let at = i32(256u * unit + 64u * part + lane);
    if (at >= args.count) { return; }
    let token = token_of_row(at / args.row);
    if (token < 0) { y[u32(at)] = buffer[u32(at)]; } else { y[u32(at)] = x[u32(token * args.row + at % args.row)]; }
  }
}

/// Only the new rows, into rings y that hold the others: up to min(C, T) of each sequence.
@compute @workgroup_size(64)
fn update(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  let most = min(args.C, args.T);
  for (var part = 0u; part < 4u; part++) {
    let at = i32(256u * unit + 64u * part + lane);
    if (at >= args.count) { return; }
    let i = at / args.row / most;
    let begin = begin_of(i);
    let t = end_of(i) - begin - 1 - at / args.row % most;
    if (t < 0) { continue; }
    let column = at % args.row;
    y[u32(row_of_token(i, t) * args.row + column)] = x[u32((begin + t) * args.row + column)];
  }
}

/// A row of dy goes to the token that went there, else to the ring before; zeros elsewhere. Elements of dbuffer, then of dx.
@compute @workgroup_size(64)
fn backward(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  let rings = args.n * args.C * args.row;
  for (var part = 0u; part < 4u; part++) {
    let at = i32(256u * unit + 64u * part + lane);
    if (at >= args.count) { return; }
    if (at < rings) {
      dbuffer[u32(at)] = select(0u, dy[u32(at)], token_of_row(at / args.row) < 0);
      continue;
    }
    let p = (at - rings) / args.row;
    let column = (at - rings) % args.row;
    let i = holder(p);
    var slope = 0u;
    if (i >= 0 && end_of(i) - p <= args.C) { slope = dy[u32(row_of_token(i, p - begin_of(i)) * args.row + column)]; }
    dx[u32(at - rings)] = slope;
  }
}
