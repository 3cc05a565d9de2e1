// Element-wise functions of two arguments, by a number, with broadcasting: y[i0,i1,i2,i3] = f(a[..], b[..]), y contiguous, n elements.
// a and b advance by steps of their own, 0 where they are broadcast.
// Uses: units, bits, turns.

struct Args {
  units: u32, n: u32, op: u32, loops: u32, d1: u32, d2: u32, d3: u32,
  a0: u32, a1: u32, a2: u32, a3: u32, b0: u32, b1: u32, b2: u32, b3: u32
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn f(p: f32, q: f32) -> f32 {
  switch args.op {
    case 0u: { return p + q; }
    case 1u: { return p - q; }
    case 2u: { return p * q; }
    case 3u: { return p / q; }
    case 4u: { return larger(p, q); }
    case 5u: { return select(0.0, 1.0, p == q && !is_nan(p) && !is_nan(q)); }
    // Every number but 0 and -0, the smallest and NaN too.
    default: { return select(0.0, p, (bitcast<u32>(q) << 1u) != 0u); }
  }
}

@compute @workgroup_size(64)
fn map(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  for (var part = 0u; part < 4u; part++) {
    let i = 256u * unit + 64u * part + lane;
    if (i < args.n) {
      let at = turns_of(i);
      let at_a = dot(at, vec4u(args.a0, args.a1, args.a2, args.a3));
      let at_b = dot(at, vec4u(args.b0, args.b1, args.b2, args.b3));
      y[i] = f(a[at_a], b[at_b]);
    }
  }
}
