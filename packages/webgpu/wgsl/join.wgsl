// Rows made of the rows of up to seven tensors: y [rows,width], `step` apart, holds tensor k [rows,n_k] from column from_k on, zeros elsewhere.
// Uses: units.

struct Args {
  units: u32, rows: u32, width: u32, step: u32,
  from_0: u32, from_1: u32, from_2: u32, from_3: u32, from_4: u32, from_5: u32, from_6: u32,
  n_0: u32, n_1: u32, n_2: u32, n_3: u32, n_4: u32, n_5: u32, n_6: u32
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x_0: array<u32>;
@group(0) @binding(2) var<storage, read_write> x_1: array<u32>;
@group(0) @binding(3) var<storage, read_write> x_2: array<u32>;
@group(0) @binding(4) var<storage, read_write> x_3: array<u32>;
@group(0) @binding(5) var<storage, read_write> x_4: array<u32>;
@group(0) @binding(6) var<storage, read_write> x_5: array<u32>;
@group(0) @binding(7) var<storage, read_write> x_6: array<u32>;
@group(0) @binding(8) var<storage, read_write> y: array<u32>;

/// What stands in a row and a column. Left of a tensor the difference is larger than any row.
fn element(i: u32, j: u32) -> u32 {
  if (j - args.from_0 < args.n_0) { return x_0[i * args.n_0 + j - args.from_0]; }
  if (j - args.from_1 < args.n_1) { return x_1[i * args.n_1 + j - args.from_1]; }
  if (j - args.from_2 < args.n_2) { return x_2[i * args.n_2 + j - args.from_2]; }
  if (j - args.from_3 < args.n_3) { return x_3[i * args.n_3 + j - args.from_3]; }
  if (j - args.from_4 < args.n_4) { return x_4[i * args.n_4 + j - args.from_4]; }
  if (j - args.from_5 < args.n_5) { return x_5[i * args.n_5 + j - args.from_5]; }
  if (j - args.from_6 < args.n_6) { return x_6[i * args.n_6 + j - args.from_6]; }
  return 0u;
}

@compute @workgroup_size(64)
fn join(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let place = 256u * unit + 64u * part + lane;
    if (place < args.rows * args.width) {
      let i = place / args.width;
      let j = place % args.width;
      y[i * args.step + j] = element(i, j);
    }
  }
}
