// Unit lower triangular systems, batched: (I + stril(M)) X = R by forward substitution, x_i = r_i - sum over j < i of m_ij x_j; with the
// transposed matrix from the last row on. A lane has a column, of which it reads what it has written.
// Uses: units.

struct Args { units: u32, C: u32, N: u32, transpose: u32 }
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> m: array<f32>; // [batch, C, C]
@group(0) @binding(2) var<storage, read_write> r: array<f32>; // [batch, C, N]
@group(0) @binding(3) var<storage, read_write> x: array<f32>; // [batch, C, N]

@compute @workgroup_size(64)
fn solveTril(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  let across = (args.N + 63u) / 64u;
  let column = unit % across * 64u + lane;
  if (unit >= args.units || column >= args.N) { return; }
  let C = args.C;
  let system = unit / across;
  for (var row = 0u; row < C; row++) {
    let i = select(row, C - 1u - row, args.transpose != 0u);
    let x_i = (system * C + i) * args.N + column;
    var rest = r[x_i];
    for (var before = 0u; before < row; before++) {
      let j = select(before, C - 1u - before, args.transpose != 0u);
      let m_ij = (system * C + select(i, j, args.transpose != 0u)) * C + select(j, i, args.transpose != 0u);
      rest -= m[m_ij] * x[(system * C + j) * args.N + column];
    }
    x[x_i] = rest;
  }
}
