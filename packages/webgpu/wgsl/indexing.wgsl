// Rows by id: read, added to, and as one-hot. An id outside the table reads a row of NaN and is not written.
// Uses: units, bits, bf16.

struct Args { units: u32, n: u32, rows: u32, D: u32, bf16: u32 }
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> weight: array<u32>;
@group(0) @binding(2) var<storage, read_write> ids: array<i32>;
@group(0) @binding(3) var<storage, read_write> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

/// Element i of the table.
fn weight_at(i: u32) -> f32 {
  if (args.bf16 == 0u) { return bitcast<f32>(weight[i]); }
  return bitcast<f32>(half_of(weight[i >> 1u], i));
}

/// y[i] [D] = weight[ids[i]], of n ids into a table of `rows`.
@compute @workgroup_size(64)
fn gather(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i < args.n * args.D) {
      let id = u32(ids[i / args.D]); // a negative one is larger than any table
      if (id < args.rows) {
        y[i] = weight_at(id * args.D + i % args.D);
      } else {
        y[i] = not_a_number();
      }
    }
  }
}

/// y [n,D]: 1 in the column of the id.
@compute @workgroup_size(64)
fn oneHot(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i < args.n * args.D) { y[i] = select(0.0, 1.0, u32(ids[i / args.D]) == i % args.D); }
  }
}

const TABLE_ROWS = 8u;
var<workgroup> sums: array<f32, 2048>; // [8,256]; each lane has four columns of its own
var<workgroup> near: array<u32, 256>; // rows of the ids that are looked at
var<workgroup> found: array<atomic<u32>, 8>; // a bit for each that is among the unit's rows

/// y [rows,D] = 0, then y[ids[i]] += x[i] in the order of i. A unit is 8 rows of 256 columns: it looks at 256 ids at a time, and
/// then reads what belongs to its rows, of which there is little.
@compute @workgroup_size(64)
fn scatterAdd(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let across = (args.D + 255u) / 256u;
  let first = unit / across * TABLE_ROWS;
  let columns = unit % across * 256u;
  let width = min(256u, args.D - columns);
  for (var i = lane; i < 256u * TABLE_ROWS; i += 64u) { sums[i] = 0.0; }
  for (var start = 0u; start < args.n; start += 256u) {
    if (lane < 8u) { atomicStore(&found[lane], 0u); }
    workgroupBarrier();
    for (var i = lane; i < min(256u, args.n - start); i += 64u) {
      near[i] = u32(ids[start + i]) - first;
      if (near[i] < TABLE_ROWS) { atomicOr(&found[i / 32u], 1u << (i % 32u)); }
    }
    workgroupBarrier();
    for (var word = 0u; word < 8u; word++) {
      for (var bits = atomicLoad(&found[word]); bits != 0u; bits &= bits - 1u) {
        let i = 32u * word + countTrailingZeros(bits);
        let from_x = (start + i) * args.D + columns;
        for (var column = lane; column < width; column += 64u) {
          sums[256u * near[i] + column] += x[from_x + column];
        }
      }
    }
    workgroupBarrier();
  }
  for (var row = 0u; row < min(TABLE_ROWS, args.rows - first); row++) {
    for (var column = lane; column < width; column += 64u) {
      y[(first + row) * args.D + columns + column] = sums[256u * row + column];
    }
  }
}
