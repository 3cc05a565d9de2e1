// Sequences in rows of their own [n,L,F], and where they lie in a batch of P positions [P,F]: each made of the other, in words of any kind.
// y has `size` of them, 256 for each workgroup.
// Uses: units, positions.

struct Args { units: u32, size: u32, n: u32, T: u32, P: u32, L: u32, F: u32, has_ranges: u32 }
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> ranges: array<i32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(64)
fn pad(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let at = 256u * unit + 64u * part + lane;
    if (at >= args.size) { return; }
    let row = at / args.F;
    let i = row / args.L;
    let p = begin_of(i) + row % args.L;
    var word = 0u;
    if (p < end_of(i)) { word = x[p * args.F + at % args.F]; }
    y[at] = word;
  }
}

@compute @workgroup_size(64)
fn pack(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let at = 256u * unit + 64u * part + lane;
    if (at >= args.size) { return; }
    let p = at / args.F;
    let span = span_at(p);
    var word = 0u;
    if (has(span, p) && p - span.begin < args.L) {
      word = x[(span.i * args.L + p - span.begin) * args.F + at % args.F];
    }
    y[at] = word;
  }
}
