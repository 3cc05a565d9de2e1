// The delta rule with one decay per head, chunkwise: S <- e^g S;  S <- S + k beta (v - S' k)';  y = scale S' q.
// Letters are those of src/scalar-delta/README.md.
// Uses: scalar-gates, delta, delta-sweeps, recurrence.

struct Args {
  units: u32, n: u32, P: u32, H: u32, HV: u32, K: u32, V: u32, scale: f32, first: u32, last: u32, chunks: u32,
  has_g: u32, has_h0: u32, has_ranges: u32, has_priors: u32, has_y: u32, has_states: u32, has_marks: u32, has_dg: u32, has_dh0: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> q: array<f32>; // [P,H,K]
@group(0) @binding(2) var<storage, read_write> k: array<f32>; // [P,H,K]
@group(0) @binding(3) var<storage, read_write> v: array<f32>; // [P,HV,V]
@group(0) @binding(4) var<storage, read_write> g: array<f32>; // [P,HV]
@group(0) @binding(5) var<storage, read_write> beta: array<f32>; // [P,HV]
@group(0) @binding(6) var<storage, read_write> h0: array<f32>; // [n,HV,K,V]
@group(0) @binding(7) var<storage, read_write> ranges: array<i32>; // [n,2]
@group(0) @binding(8) var<storage, read_write> y: array<f32>; // [P,HV,V]
@group(0) @binding(9) var<storage, read_write> state: array<f32>; // [n,HV,K,V]
@group(0) @binding(10) var<storage, read_write> dy: array<f32>;
@group(0) @binding(11) var<storage, read_write> dstate: array<f32>;
@group(0) @binding(12) var<storage, read_write> dq: array<f32>;
@group(0) @binding(13) var<storage, read_write> dk: array<f32>;
@group(0) @binding(14) var<storage, read_write> dv: array<f32>;
@group(0) @binding(15) var<storage, read_write> dg: array<f32>;
@group(0) @binding(16) var<storage, read_write> dbeta: array<f32>;
@group(0) @binding(17) var<storage, read_write> dh0: array<f32>;
// Kept of each chunk.
@group(0) @binding(18) var<storage, read_write> reads: array<f32>; // P [slots,HV,C,C]
@group(0) @binding(19) var<storage, read_write> priors: array<f32>; // M [slots,HV,C,C]
@group(0) @binding(20) var<storage, read_write> inverse: array<f32>; // (I + beta M)^-1 [slots,HV,C,C]
@group(0) @binding(21) var<storage, read_write> written: array<f32>; // Vn [slots,HV,C,V]
@group(0) @binding(22) var<storage, read_write> solved: array<f32>; // dR [slots,HV,C,V]
@group(0) @binding(23) var<storage, read_write> states: array<f32>; // S [slots,HV,V,K]
@group(0) @binding(24) var<storage, read_write> dstates: array<f32>; // dS [slots,HV,V,K]
@group(0) @binding(25) var<storage, read_write> marks: array<f32>; // S before each segment [segments,n,HV,V,K]
@group(0) @binding(26) var<storage, read_write> dmarks: array<f32>; // dS after a segment [n,HV,V,K]

fn gate_at(chunk: Chunk, head: u32, i: u32) -> f32 {
  if (args.has_g == 0u || i >= chunk.length) { return 0.0; }
  return g[(chunk.begin + i) * args.HV + head];
}
