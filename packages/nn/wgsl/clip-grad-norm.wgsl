// The norm of a flat gradient, and the factor that clips it: sums of squares per block, then of all. Numbers are divided by a power of
// two near the largest before they are squared, so that squares neither overflow nor vanish.
// Uses: units, rows, bits.

struct Args { units: u32, n: u32, count: u32, scale: f32, limit: f32, has_loss: u32 }
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> grad: array<f32>;
@group(0) @binding(2) var<storage, read_write> blocks: array<i32>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
@group(0) @binding(4) var<storage, read_write> exponents: array<i32>;
@group(0) @binding(5) var<storage, read_write> loss: array<f32>;
@group(0) @binding(6) var<storage, read_write> norm: array<f32>;
@group(0) @binding(7) var<storage, read_write> factor: array<f32>;

var<workgroup> largest: array<i32, 256>;

/// Over the 256 lanes of a workgroup.
fn largest_of(lane: u32, value: i32) -> i32 {
  largest[lane] = value;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half >>= 1u) {
    if (lane < half) { largest[lane] = max(largest[lane], largest[lane + half]); }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&largest[0]);
}

/// 2^e; 0 below -126.
fn power(e: i32) -> f32 {
  return bitcast<f32>(u32(clamp(e + 127, 0, 254)) << 23u);
}

/// For block i: its squares sum to sums[i] 4^exponents[i], or are Infinity or no number. A row of blocks: first element, end, parameter.
@compute @workgroup_size(256)
fn squares(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let start = u32(blocks[3u * unit]) + lane;
  let end = min(args.n, u32(blocks[3u * unit + 1u]));
  // The bits of a magnitude are in its order; those of Infinity come behind all numbers, those of NaN last.
  var bits = 0u;
  for (var i = start; i < end; i += 256u) { bits = max(bits, bitcast<u32>(grad[i]) & 0x7fffffffu); }
  let top = largest_of(lane, i32(bits));
  let e = clamp(top >> 23u, 1, 253) - 127;
  let down = power(-e);
  var sum = 0.0;
  for (var i = start; i < end; i += 256u) {
    let g = grad[i] * down;
    sum = fma(g, g, sum);
  }
  let total = sum_row(lane, 256u, sum);
  if (lane > 0u) { return; }
  exponents[unit] = e;
  if (top < 0x7f800000) { sums[unit] = total; } else { sums[unit] = bitcast<f32>(top); }
}

/// sqrt to the last bit: one step of Newton behind the built-in one.
fn root_of(x: f32) -> f32 {
  let r = sqrt(x);
  if (!is_finite(r) || r == 0.0) { return r; }
  return fma(fma(-r, r, x), 0.5 / r, r);
}

/// factor = min(1, limit / (norm + 1e-6)). Where there is a loss it is no number if norm or loss are not finite. One unit.
@compute @workgroup_size(256)
fn finish(@builtin(local_invocation_index) lane: u32) {
  var own = -126;
  for (var i = lane; i < args.count; i += 256u) { own = max(own, exponents[i]); }
  let e = largest_of(lane, own);
  var sum = 0.0;
  for (var i = lane; i < args.count; i += 256u) { sum += sums[i] * power(2 * (exponents[i] - e)); }
  let total = sum_row(lane, 256u, sum);
  if (lane > 0u) { return; }
  let length = root_of(total) * args.scale * power(e);
  norm[0] = length;
  if (is_nan(length) || (args.has_loss != 0u && !(is_finite(length) && is_finite(loss[0])))) {
    factor[0] = not_a_number();
  } else if (!is_finite(length)) {
    factor[0] = 0.0;
  } else {
    factor[0] = min(1.0, args.limit / (length + 1e-6));
  }
}
